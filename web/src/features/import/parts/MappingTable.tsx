/** What each column of the file means: suggested by its name, changed by hand. */
import { useLingui } from "@lingui/react/macro";
import { Alert, Code, Select, Stack, Text } from "@mantine/core";
import type { ImportKind, ImportPreview } from "@/api/types";
import { DataTable } from "@/ui/DataTable";
import { claimedTwice, FIELDS, IGNORE, ownTarget } from "../model";
import { useFieldWords } from "../words";

type Props = {
  kind: ImportKind;
  preview: ImportPreview;
  columns: Record<string, string>;
  onChange: (columns: Record<string, string>) => void;
};

export function MappingTable({ kind, preview, columns, onChange }: Props) {
  const { t } = useLingui();
  const words = useFieldWords();
  const twice = claimedTwice(columns);
  const options = (column: string, target: string) => {
    const own = ownTarget(kind, column);
    const isField = FIELDS[kind].includes(target) || target === IGNORE;
    const custom = isField || target === own ? [] : [{ value: target, label: target }];
    return [
      { value: IGNORE, label: t`Leave out` },
      { value: own, label: kind === "customers" ? t`Attribute “${own.slice(6)}”` : t`Detail “${own.slice(9)}”` },
      ...custom,
      ...FIELDS[kind].map((field) => ({ value: field, label: words[field] ?? field })),
    ];
  };
  return (
    <Stack gap="sm">
      {twice.length > 0 && (
        <Alert color="orange" role="alert">
          {t`More than one column is mapped to: ${twice.map((field) => words[field] ?? field).join(", ")}. Keep one.`}
        </Alert>
      )}
      <DataTable
        label={t`Columns of the file`}
        rows={preview.columns}
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
