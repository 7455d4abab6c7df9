/** Carries out the rules that are on now, instead of in the coming night. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { ConfirmDialog } from "@/ui/confirm";
import { refresh, runNow } from "../queries";
import type { Overview } from "../types";

export function RunNow({ overview }: { overview: Overview }) {
  const { t } = useLingui();
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const start = useMutation({
    mutationFn: runNow,
    onSuccess: async (run) => {
      go(paths.retentionRun(run.id));
      await refresh();
    },
    onError: () => setAsking(false),
  });
  const busy = overview.running != null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        disabled={busy}
        title={busy ? t`Another run is at work: wait until it is done.` : undefined}
        onClick={() => setAsking(true)}
      >
        <Trans>Carry out now</Trans>
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Carry out the rules now?`}
        confirmLabel={t`Carry out now`}
        loading={start.isPending}
        onConfirm={() => start.mutate()}
      >
        <Trans>
          What the rules that are on would take in the coming night goes now. It cannot be brought back. Rules that are
          off do nothing.
        </Trans>
      </ConfirmDialog>
    </>
  );
}
