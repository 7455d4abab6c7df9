/** What one rule takes, or would take: how much, of which events, and what reads them. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { List, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import * as format from "@/lib/format";
import { UseList } from "@/lib/uses";
import { DataTable } from "@/ui/DataTable";
import { Stat } from "@/ui/Stat";
import type { Reader, RuleResult, Run } from "../types";
import { useCodeWords, WARNINGS } from "../words";

type Props = { result: RuleResult; mode: Run["mode"] };

function useCountLabel({ result: { action }, mode }: Props): string {
  const { t } = useLingui();
  if (mode === "dry_run") return action === "delete" ? t`Events to be deleted` : t`Events to be made anonymous`;
  return action === "delete" ? t`Events deleted` : t`Events made anonymous`;
}

export function ResultView({ result, mode }: Props) {
  const { t } = useLingui();
  const label = useCountLabel({ result, mode });
  const before = format.date(result.cutoff);
  if (!result.cutoff) {
    return (
      <Text size="sm">
        <Trans>Kept for ever: nothing goes.</Trans>
      </Text>
    );
  }
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        <Stat label={label} value={format.number(result.events)} note={t`from before ${before}`} />
        <Stat label={t`Customers`} value={format.number(result.customers)} />
        <Stat label={t`Oldest`} value={format.date(result.oldest_at)} />
      </SimpleGrid>
      {result.events === 0 ? (
        <Text size="sm">
          {mode === "dry_run" ? (
            <Trans>Nothing is that old yet. From now on what becomes that old goes every night.</Trans>
          ) : (
            <Trans>Nothing was that old.</Trans>
          )}
        </Text>
      ) : (
        <DataTable
          label={label}
          rows={result.names}
          rowKey={(one) => `${one.kind} ${one.name}`}
          columns={[
            {
              key: "name",
              header: t`Event`,
              cell: (one) => <span style={{ overflowWrap: "anywhere" }}>{one.name}</span>,
            },
            { key: "events", header: t`Events`, numeric: true, cell: (one) => format.number(one.events) },
          ]}
        />
      )}
      {result.more_names > 0 && (
        <Text size="sm" c="dimmed">
          <Plural value={result.more_names} one="and # more name" other="and # more names" />
        </Text>
      )}
      <Readers readers={result.readers} />
      <Warnings warnings={result.warnings} />
    </Stack>
  );
}

function Readers({ readers }: { readers: Reader[] }) {
  const { t } = useLingui();
  return (
    <Stack gap={4}>
      <Title order={3} size="h6">
        <Trans>What reads these events</Trans>
      </Title>
      {readers.length === 0 ? (
        <Text size="sm">
          <Trans>No computed trait and no segment.</Trans>
        </Text>
      ) : (
        <>
          <UseList uses={readers} label={t`What reads these events`} />
          <Text size="sm" c="dimmed">
            <Trans>
              Values that are worked out already stay as they are. When they are worked out anew, only what is left
              counts; segments count what is left after the next start of the program.
            </Trans>
          </Text>
        </>
      )}
    </Stack>
  );
}

export function Warnings({ warnings }: { warnings: RuleResult["warnings"] }) {
  const words = useCodeWords(WARNINGS);
  if (warnings.length === 0) return null;
  return (
    <Stack gap={4}>
      <Title order={3} size="h6">
        <Trans>Good to know</Trans>
      </Title>
      <List size="sm">
        {warnings.map(({ code, detail }) => (
          <List.Item key={code}>{words(code, detail)}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
