/** Whether events are compared with the plan, and what came of it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Paper, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import { Stat } from "@/ui/Stat";
import { settingsOf } from "../model";
import type { Kind, Plan, Tally } from "../types";
import { useSaveSettings } from "../useSaveSettings";
import { useKindWords } from "../words";
import { ConsequenceDialog } from "./Consequences";

const gone = (tally: Tally) => tally.blocked + tally.dropped;

export function OverviewPanel({ plan }: { plan: Plan }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const saving = useSaveSettings(plan);
  const day = (count: number) => t`${format.number(count)} in 24 hours`;
  return (
    <Stack gap="md">
      <Paper withBorder radius="md" px="md" py="sm">
        <Group justify="space-between" gap="sm">
          <Switch
            checked={plan.enabled}
            disabled={!mayWrite || saving.isPending}
            label={t`Compare events with the plan as they arrive`}
            onChange={(event) => saving.ask({ ...settingsOf(plan), enabled: event.currentTarget.checked })}
          />
          <Text size="sm" c="dimmed">
            {plan.enabled ? (
              <Trans>On: what differs is counted, or refused, as you choose under Settings.</Trans>
            ) : (
              <Trans>Off: everything is kept as it comes, and nothing is counted.</Trans>
            )}
          </Text>
        </Group>
      </Paper>
      {plan.enabled && <Unchecked kinds={plan.unchecked_kinds} />}
      {plan.enabled && (
        <SimpleGrid cols={{ base: 2, md: 4 }}>
          <Stat
            label={t`Compared in 7 days`}
            value={format.number(plan.last_7d.judged)}
            note={day(plan.last_24h.judged)}
          />
          <Stat
            label={t`Not as planned`}
            value={format.number(plan.last_7d.violating)}
            note={day(plan.last_24h.violating)}
          />
          <Stat
            label={t`Refused or thrown away`}
            value={format.number(gone(plan.last_7d))}
            note={day(gone(plan.last_24h))}
          />
          <Stat
            label={t`Kept without a part`}
            value={format.number(plan.last_7d.changed)}
            note={day(plan.last_24h.changed)}
          />
        </SimpleGrid>
      )}
      <ConsequenceDialog saving={saving} />
    </Stack>
  );
}

/** Kinds of events of which nothing is planned are not looked at: who expects otherwise should know. */
function Unchecked({ kinds }: { kinds: Kind[] }) {
  const words = useKindWords();
  if (kinds.length === 0) return null;
  const names = kinds.map((kind) => `${words[kind]} (${kind})`).join(", ");
  return (
    <Text size="sm" c="dimmed">
      <Trans>Not compared, because none of this kind is planned: {names}.</Trans>
    </Text>
  );
}
