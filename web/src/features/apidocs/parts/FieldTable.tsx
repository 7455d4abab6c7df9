import { useLingui } from "@lingui/react/macro";
import { Badge, Box, Code, Group, Text } from "@mantine/core";
import { DataTable } from "@/ui/DataTable";
import type { Field } from "../model";
import classes from "./docs.module.css";

const INDENT_PX = 14;

/** Parameters, or the fields of a body: name, type, whether it must be there, what it is. */
export function FieldTable({ label, fields }: { label: string; fields: Field[] }) {
  const { t } = useLingui();
  return (
    <DataTable
      label={label}
      rows={fields.map((field, index) => ({ ...field, index }))}
      rowKey={(field) => `${field.index} ${field.path}`}
      columns={[
        {
          key: "name",
          header: t`Name`,
          cell: (field) => (
            <Group gap={6} pl={field.depth * INDENT_PX}>
              <Code className={classes.code}>{field.path}</Code>
              {field.required && (
                <Badge size="xs" variant="light" color="orange">
                  {t`required`}
                </Badge>
              )}
            </Group>
          ),
        },
        { key: "type", header: t`Type`, from: "sm", cell: (field) => <Text size="sm">{field.type}</Text> },
        {
          key: "about",
          header: t`Meaning`,
          cell: (field) => (
            <Box maw="60ch">
              <Text size="sm">{field.about}</Text>
              {field.values.length > 0 && (
                <Text size="sm" c="dimmed" lang="en">
                  {field.values.join(" · ")}
                </Text>
              )}
            </Box>
          ),
        },
      ]}
    />
  );
}
