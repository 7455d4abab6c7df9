/** What only the reader knows about a file: which sheet of a workbook, and what happened in each row. */
import { useLingui } from "@lingui/react/macro";
import { Group, NativeSelect, TextInput } from "@mantine/core";
import type { ImportKind, ImportPreview } from "@/api/types";
import { eventNameMissing } from "../model";

type Props = {
  kind: ImportKind;
  found: ImportPreview;
  columns: Record<string, string>;
  onSheet: (sheet: string) => void;
  eventName: string;
  onEventName: (name: string) => void;
};

export function FileDetails({ kind, found, columns, onSheet, eventName, onEventName }: Props) {
  const { t } = useLingui();
  const sheets = found.sheets ?? [];
  const needsName = kind === "events" && !Object.values(columns).includes("event");
  if (sheets.length < 2 && !needsName) return null;
  return (
    <Group gap="md" align="flex-start" px="md" pb="sm">
      {sheets.length > 1 && (
        <NativeSelect
          label={t`Sheet`}
          description={t`One sheet is imported at a time.`}
          data={sheets}
          value={found.mapping?.sheet ?? sheets[0]}
          onChange={(event) => onSheet(event.currentTarget.value)}
        />
      )}
      {needsName && (
        <TextInput
          label={t`What happened in each row`}
          description={t`The name of the event, as no column has it.`}
          placeholder={t`Called us`}
          required
          maxLength={200}
          value={eventName}
          error={eventNameMissing(kind, columns, eventName) ? t`Say what happened, or choose a column for it` : null}
          onChange={(event) => onEventName(event.currentTarget.value)}
        />
      )}
    </Group>
  );
}
