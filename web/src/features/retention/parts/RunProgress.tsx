/** How far a run is, or why it failed. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import * as format from "@/lib/format";
import type { Run } from "../types";

export function RunProgress({ run }: { run: Run }) {
  const { t } = useLingui();
  if (run.state === "failed") {
    return (
      <Alert color="red" icon={<IconAlertTriangle />} title={t`It failed`} role="alert">
        <Stack gap={4}>
          <Text size="sm">{run.failure}</Text>
          {run.mode === "run" && (
            <Text size="sm">
              <Trans>What was done until then stays done; the next run does the rest.</Trans>
            </Text>
          )}
        </Stack>
      </Alert>
    );
  }
  if (run.state !== "running") return null;
  const share = run.progress ?? 0;
  const looked = format.number(run.events);
  return (
    <Stack gap={4} role="status">
      <Progress value={100 * share} size="md" aria-label={t`Progress`} maw={420} />
      <Text size="sm" c="dimmed">
        {run.mode === "dry_run" ? (
          <Trans>
            {format.percent(share, 0)}: {looked} events found so far
          </Trans>
        ) : (
          <Trans>
            {format.percent(share, 0)}: {looked} events so far
          </Trans>
        )}
      </Text>
    </Stack>
  );
}
