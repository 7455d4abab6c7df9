import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { type FeedRun, feedRunQuery, isRunning } from "@/api/products";
import { useModeWords } from "@/lib/feed-words";
import * as format from "@/lib/format";
import { useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Stat } from "@/ui/Stat";
import { StateBadge } from "@/ui/StateBadge";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { isConnection, runLook } from "../model";
import { RefusedItems } from "../parts/RefusedItems";
import { RunNotice } from "../parts/RunNotice";
import { refresh } from "../queries";
import { FORMATS, RUN_LOOKS, useFeedName } from "../words";

export default function FeedRunPage() {
  const { t } = useLingui();
  const feedName = useFeedName();
  const run = useQuery(feedRunQuery(useParam("id")));
  const { data } = run;
  const ended = data && !isRunning(data);
  // What a run has changed is seen on every other screen.
  useEffect(() => {
    if (ended) void refresh();
  }, [ended]);
  return (
    <Page
      title={data ? t`Feed: ${feedName(data.source)}` : t`Feed`}
      chip={data && <StateBadge looks={RUN_LOOKS} state={runLook(data)} />}
      back={{ to: paths.feeds(), label: t`Feeds` }}
      actions={
        data?.state === "done" && (
          <LinkButton to={paths.productsOf(data.source)} variant="light">
            <Trans>See the products</Trans>
          </LinkButton>
        )
      }
    >
      <QueryView query={run}>{(found) => <Body run={found} />}</QueryView>
    </Page>
  );
}

function Body({ run }: { run: FeedRun }) {
  const { t } = useLingui();
  const modes = useModeWords();
  const feedName = useFeedName();
  const applied = run.state === "done";
  return (
    <Stack gap="md">
      <RunNotice run={run} />
      <Text size="sm" c="dimmed" component="div">
        {[run.format && FORMATS[run.format], modes[run.mode].label].filter(Boolean).join(" · ")} ·{" "}
        <Time at={run.started_at} style="dateTime" />
        {isConnection(run.source) && (
          <>
            {" · "}
            <Trans>
              fetched by <AppLink to={paths.source(run.source)}>{feedName(run.source)}</AppLink>
            </Trans>
          </>
        )}
      </Text>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Stat label={t`Items in the file`} value={format.number(run.items)} />
        <Stat label={t`Accepted`} value={format.number(run.accepted)} note={format.ratio(run.accepted, run.items)} />
        <Stat label={t`Refused`} value={format.number(run.refused)} />
        {run.state === "held" ? (
          <Stat label={t`Would be gone`} value={format.number(run.would_go)} />
        ) : (
          <Stat label={t`Gone`} value={format.number(run.gone)} />
        )}
      </SimpleGrid>
      {applied && (
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <Stat label={t`New`} value={format.number(run.created)} />
          <Stat label={t`Changed`} value={format.number(run.changed)} />
          <Stat label={t`As before`} value={format.number(run.unchanged)} />
        </SimpleGrid>
      )}
      {run.refused > 0 && <RefusedItems run={run} />}
    </Stack>
  );
}
