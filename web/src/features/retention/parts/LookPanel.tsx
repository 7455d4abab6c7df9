/** What a rule would take, asked before it is switched on; and the switch. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { queryClient } from "@/api/query";
import { useNow } from "@/lib/hooks";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";
import { Time } from "@/ui/Time";
import { lookAt, resultOf } from "../model";
import { look, looksQuery, overviewQuery, refresh, runQuery } from "../queries";
import type { Rule, Run } from "../types";
import { ResultView, Warnings } from "./ResultView";
import { RunProgress } from "./RunProgress";
import { SwitchOn } from "./SwitchOn";

type Props = { rule: Rule; rules: Rule[]; mayWrite: boolean };

/** The last look that still holds, also one that is at work. */
function useLook({ rule, rules }: Props) {
  const now = useNow();
  const looks = useQuery(looksQuery);
  const [started, setStarted] = useState<string | null>(null);
  const id = started ?? lookAt(rule, looks.data?.items ?? [], rules, now)?.id ?? "";
  const run = useQuery({ ...runQuery(id), enabled: id !== "" });
  const start = useMutation({
    mutationFn: () => look(rule.id),
    onSuccess: async (next: Run) => {
      queryClient.setQueryData(runQuery(next.id).queryKey, next);
      setStarted(next.id);
      await queryClient.invalidateQueries({ queryKey: overviewQuery.queryKey });
    },
  });
  const ended = run.data && run.data.state !== "running" ? run.data.id : null;
  useEffect(() => {
    if (ended) void queryClient.invalidateQueries({ queryKey: overviewQuery.queryKey });
  }, [ended]);
  return { run: run.data ?? null, error: run.error, start };
}

export function LookPanel(props: Props) {
  const { t } = useLingui();
  const { rule, mayWrite } = props;
  const { run, error, start } = useLook(props);
  const overview = useQuery(overviewQuery).data;
  const working = run?.state === "running" || start.isPending;
  const busy = !working && overview?.running != null;
  const result = run?.state === "done" ? resultOf(run, rule) : null;
  const reason = !mayWrite
    ? t`Your role may not change this.`
    : busy
      ? t`Another run is at work: wait until it is done.`
      : undefined;
  return (
    <Panel
      title={t`What would go`}
      note={t`Nothing is changed by looking. Only what you have looked at can be switched on.`}
      actions={
        <Button
          variant={result ? "default" : "filled"}
          leftSection={<IconSearch size={16} aria-hidden />}
          loading={working}
          disabled={reason !== undefined}
          title={reason}
          onClick={() => start.mutate()}
        >
          {result ? t`Look again` : t`Preview`}
        </Button>
      }
    >
      <Stack gap="md">
        {error ? <ErrorPanel error={error} retry={() => void refresh()} /> : null}
        {run && <RunProgress run={run} />}
        {result && run && (
          <>
            <Text size="sm" c="dimmed">
              <Trans>
                Looked <Time at={run.finished_at} />. It holds for a day.
              </Trans>
            </Text>
            <ResultView result={result} mode="dry_run" />
          </>
        )}
        {!result && <Warnings warnings={rule.warnings} />}
        {!rule.enabled && (
          <Group>
            <SwitchOn rule={rule} look={result ? run : null} result={result} mayWrite={mayWrite} />
          </Group>
        )}
      </Stack>
    </Panel>
  );
}
