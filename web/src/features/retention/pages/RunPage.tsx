import { Trans, useLingui } from "@lingui/react/macro";
import { Button, SimpleGrid, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import * as format from "@/lib/format";
import { useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Stat } from "@/ui/Stat";
import { StateBadge } from "@/ui/StateBadge";
import { QueryView } from "@/ui/states";
import { ResultView } from "../parts/ResultView";
import { RunProgress } from "../parts/RunProgress";
import { refresh, runQuery } from "../queries";
import type { Run } from "../types";
import { RUN_STATE, ruleWords } from "../words";

/** The receipt of one run: what went by which rule, or would go. */
export default function RunPage() {
  const { t } = useLingui();
  const run = useQuery(runQuery(useParam("id")));
  const data = run.data;
  // What it changed is asked anew once it has ended under the reader's eyes.
  const watched = useRef(false);
  const state = data?.state;
  useEffect(() => {
    if (state === "running") watched.current = true;
    else if (state && watched.current) void refresh();
  }, [state]);
  return (
    <Page
      title={data?.mode === "run" ? t`Carried out` : t`What would go`}
      chip={data && <StateBadge looks={RUN_STATE} state={data.state} />}
      description={
        data &&
        (data.mode === "run"
          ? t`Started ${format.dateTime(data.started_at)}.`
          : t`Started ${format.dateTime(data.started_at)}. Nothing was changed.`)
      }
      back={{ to: paths.retention(), label: t`Data retention` }}
      actions={data?.state === "done" && <Save run={data} />}
    >
      <QueryView query={run}>{(found) => <RunBody run={found} />}</QueryView>
    </Page>
  );
}

/** The receipt as a file, for whoever must show that it was done. */
function Save({ run }: { run: Run }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(run, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${run.id}.json`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={save}>
      <Trans>Download the receipt</Trans>
    </Button>
  );
}

function RunBody({ run }: { run: Run }) {
  const { t } = useLingui();
  const would = run.mode === "dry_run";
  return (
    <>
      <RunProgress run={run} />
      {run.state !== "failed" && (
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <Stat label={would ? t`To be deleted` : t`Deleted`} value={format.number(run.deleted)} />
          <Stat label={would ? t`To be made anonymous` : t`Made anonymous`} value={format.number(run.anonymised)} />
          <Stat label={t`Customers`} value={format.number(run.customers)} />
        </SimpleGrid>
      )}
      {run.state === "done" &&
        run.rules.map((result) => (
          <Panel key={result.rule} title={ruleWords(result)}>
            <ResultView result={result} mode={run.mode} />
          </Panel>
        ))}
      {run.state === "done" && run.finished_at && (
        <Text size="sm" c="dimmed">
          <Trans>Finished {format.exactTime(run.finished_at)}</Trans>
        </Text>
      )}
    </>
  );
}
