/** What can be done with what is fetched: now, not for a while, once more from the beginning. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconRotateClockwise } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { toastDone } from "@/ui/toast";
import { changeConnection, restart, run } from "./queries";
import type { Connection } from "./types";

export function ConnectionActions({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const [asking, setAsking] = useState(false);
  const { id, name, kind, enabled, health } = connection;
  const start = useMutation({ mutationFn: () => run(id) });
  const pause = useMutation({
    mutationFn: () => changeConnection(id, { enabled: !enabled }),
    onSuccess: (now) => toastDone(now.enabled ? t`“${name}” goes on` : t`“${name}” is paused`),
  });
  const again = useMutation({
    mutationFn: () => restart(id),
    onSuccess: () => {
      setAsking(false);
      toastDone(t`“${name}” begins anew with its next run`);
    },
  });
  if (!mayWrite) return null;
  const fetched = kind !== "webhook";
  return (
    <>
      {fetched && (
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          disabled={!enabled || health.state === "running"}
          title={enabled ? undefined : t`It is paused: let it go on first.`}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          <Trans>Run now</Trans>
        </Button>
      )}
      <Button
        variant="default"
        leftSection={enabled ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
        loading={pause.isPending}
        onClick={() => pause.mutate()}
      >
        {enabled ? <Trans>Pause</Trans> : <Trans>Go on</Trans>}
      </Button>
      {kind === "database" && connection.cursor !== null && (
        <Button
          variant="default"
          leftSection={<IconRotateClockwise size={16} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          <Trans>Read from the beginning</Trans>
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Read “${name}” from the beginning?`}
        confirmLabel={t`Read from the beginning`}
        danger={false}
        loading={again.isPending}
        onConfirm={() => again.mutate()}
      >
        <Trans>The next run reads every row once more. What came in before counts once all the same.</Trans>
      </ConfirmDialog>
    </>
  );
}
