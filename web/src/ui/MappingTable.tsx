/** What each column of a table means: suggested by its name, changed by hand. */
import { useLingui } from "@lingui/react/macro";
import { Alert, Code, Select, Stack, Text } from "@mantine/core";
import type { ImportKind } from "@/api/types";
import { useTargetWords } from "@/lib/column-words";
import { claimedTwice, FIELDS, IGNORE, ownTarget } from "@/lib/columns";
import { DataTable } from "./DataTable";

type Props = {
  kind: ImportKind;
  label: string;
  found: { name: string; examples: string[] }[];
  /** What a column can become; the UI's own list where the server says nothing. */
  fields?: readonly string[];
  columns: Record<string, string>;
  onChange: (columns: Record<string, string>) => void;
};

export function MappingTable({ kind, label, found, fields, columns, onChange }: Props) {
  const { t } = useLingui();
  const becomes = useTargetWords(kind);
  const known = fields?.length ? fields : FIELDS[kind];
  const twice = claimedTwice(columns);
  const options = (column: string, target: string) => {
    const own = ownTarget(kind, column);
    const isField = known.includes(target) || target === IGNORE;
    const custom = isField || target === own ? [] : [target];
    return [IGNORE, own, ...custom, ...known].map((value) => ({ value, label: becomes(value) }));
  };
  return (
    <Stack gap="sm">
      {twice.length > 0 && (
        <Alert color="orange" role="alert">
          {t`More than one column is mapped to: ${twice.map(becomes).join(", ")}. Keep one.`}
        </Alert>
      )}
      <DataTable
        label={label}
        rows={found}
        rowKey={(column) => column.name}
        columns={[
          { key: "name", header: t`Column`, cell: (column) => <Text fw={500}>{column.name}</Text> },
          {
            key: "examples",
            header: t`Examples`,
            from: "sm",
            cell: (column) => (
              <Code style={{ overflowWrap: "anywhere" }}>{column.examples.slice(0, 3).join(" · ") || "–"}</Code>
            ),
          },
          {
            key: "target",
            header: t`Becomes`,
            width: 240,
            cell: (column) => {
              const target = columns[column.name] ?? IGNORE;
              return (
                <Select
                  aria-label={t`What the column ${column.name} becomes`}
                  size="xs"
                  searchable
                  allowDeselect={false}
                  data={options(column.name, target)}
                  value={target}
                  onChange={(next) => onChange({ ...columns, [column.name]: next ?? IGNORE })}
                />
              );
            },
          },
        ]}
      />
    </Stack>
  );
}
