/** What happens to what is not as planned; before something is taken away, how much that would be. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { settingsOf } from "../model";
import type { Plan, Settings } from "../types";
import { useSaveSettings } from "../useSaveSettings";
import { useUnplannedEventChoices, useUnplannedPropertyChoices, useViolationChoices } from "../words";
import { Choices } from "./Choices";
import { ConsequenceDialog, ConsequenceList } from "./Consequences";

export function SettingsForm({ plan }: { plan: Plan }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const [values, setValues] = useState<Settings>(() => settingsOf(plan));
  const change = (next: Partial<Settings>) => setValues((before) => ({ ...before, ...next }));
  // The switch stands above this form and is saved by itself.
  const wanted: Settings = { ...values, enabled: plan.enabled };
  const saving = useSaveSettings(plan);
  const violation = useViolationChoices();
  const events = useUnplannedEventChoices();
  const properties = useUnplannedPropertyChoices();
  const changed = JSON.stringify(wanted) !== JSON.stringify(settingsOf(plan));
  const found = saving.consequencesOf(wanted);
  return (
    <Panel
      title={t`What happens to what is not as planned`}
      note={t`Begin with counting. Refuse or remove once you have seen what it would hit.`}
    >
      <Stack gap="lg">
        <Choices
          label={t`When a property of a planned event is missing or wrong`}
          note={t`A planned event can have a way of its own.`}
          choices={violation}
          value={values.on_violation}
          onChange={(on_violation) => change({ on_violation })}
          disabled={!mayWrite}
        />
        <Choices
          label={t`Events that are not in the plan`}
          choices={events}
          value={values.unplanned_events}
          onChange={(unplanned_events) => change({ unplanned_events })}
          disabled={!mayWrite}
        />
        <Choices
          label={t`Properties that are not in the plan`}
          note={t`A planned event can have a way of its own.`}
          choices={properties}
          value={values.unplanned_properties}
          onChange={(unplanned_properties) => change({ unplanned_properties })}
          disabled={!mayWrite}
        />
        {changed && <ConsequenceList consequences={found} />}
        <Group>
          <Button
            disabled={!mayWrite || !changed}
            title={mayWrite ? undefined : t`Your role may not change this.`}
            loading={saving.isPending}
            onClick={() => saving.ask(wanted)}
          >
            <Trans>Save</Trans>
          </Button>
          {!plan.enabled && (
            <Text size="sm" c="dimmed">
              <Trans>The plan is switched off: this counts from when you switch it on.</Trans>
            </Text>
          )}
        </Group>
      </Stack>
      <ConsequenceDialog saving={saving} />
    </Panel>
  );
}
