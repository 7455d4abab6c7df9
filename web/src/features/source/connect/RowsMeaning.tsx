/** What the rows that are fetched mean: what each is about, and what each column becomes. */
import { Trans, useLingui } from "@lingui/react/macro";
import { NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useRowKinds } from "@/lib/column-words";
import { MappingTable } from "@/ui/MappingTable";
import { Panel } from "@/ui/Panel";
import type { RowsKind, RowsMapping, Tested } from "./types";

type Props = {
  kind: RowsKind;
  onKind: (kind: RowsKind) => void;
  mapping: RowsMapping;
  onMapping: (mapping: RowsMapping) => void;
  tested: Tested | undefined;
};

export function RowsMeaning({ kind, onKind, mapping, onMapping, tested }: Props) {
  const { t } = useLingui();
  // Whole companies come by file or by call; what is fetched is about people.
  const kinds = useRowKinds().filter((one) => one.value !== "companies");
  const columns = mapping.columns ?? {};
  const found = tested?.ok && tested.columns.length > 0 ? tested.columns : storedColumns(columns);
  const needsName = kind === "events" && !Object.values(columns).includes("event");
  return (
    <Panel title={t`What the rows mean`} flush>
      <Stack gap="sm" px="md" pb="sm">
        <NativeSelect
          label={t`What each row is about`}
          maw={420}
          data={kinds.map(({ value, label, about }) => ({ value, label: `${label}: ${about}` }))}
          value={kind}
          onChange={(event) => onKind(event.currentTarget.value as RowsKind)}
        />
        {needsName && (
          <TextInput
            label={t`What happened in each row`}
            description={t`The name of the event, as no column has it.`}
            placeholder={t`Called us`}
            maw={420}
            maxLength={200}
            required
            value={mapping.event ?? ""}
            onChange={(event) => onMapping({ ...mapping, event: event.currentTarget.value })}
          />
        )}
        {found.length === 0 && (
          <Text size="sm" c="dimmed">
            <Trans>Test the connection to see the columns. Until then they are recognised by their names.</Trans>
          </Text>
        )}
      </Stack>
      {found.length > 0 && (
        <MappingTable
          kind={kind}
          label={t`Columns`}
          found={found}
          fields={tested?.fields}
          columns={columns}
          onChange={(next) => onMapping({ ...mapping, columns: next })}
        />
      )}
    </Panel>
  );
}

/** Before a test only the names are known. */
const storedColumns = (columns: Record<string, string>) =>
  Object.keys(columns).map((name) => ({ name, examples: [] as string[] }));
