/** Starts a search; to who may not it says so. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { queryClient } from "@/api/query";
import { useCan } from "@/lib/session";
import { find, statusQuery } from "../queries";
import type { Status } from "../types";

export function FindButton({ status }: { status: Status }) {
  const { t } = useLingui();
  const mayWrite = useCan("profile.write");
  const start = useMutation({
    mutationFn: find,
    onSuccess: async (started) => {
      await queryClient.cancelQueries({ queryKey: statusQuery.queryKey });
      queryClient.setQueryData(statusQuery.queryKey, started);
    },
  });
  const running = status.state === "running";
  return (
    <Button
      leftSection={<IconSearch size={16} aria-hidden />}
      disabled={!mayWrite || running}
      title={mayWrite ? undefined : t`Your role may not change this.`}
      loading={start.isPending}
      onClick={() => start.mutate()}
    >
      {running ? <Trans>Looking…</Trans> : <Trans>Look for duplicates</Trans>}
    </Button>
  );
}
