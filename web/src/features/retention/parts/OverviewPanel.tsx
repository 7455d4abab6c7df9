/** How much there is, what is on, when it works next and what it did last. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Stack } from "@mantine/core";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Stat } from "@/ui/Stat";
import type { Overview } from "../types";
import { RunProgress } from "./RunProgress";

export function OverviewPanel({ overview }: { overview: Overview }) {
  const { t } = useLingui();
  const { running, last_run: last } = overview;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Stat label={t`Events kept now`} value={format.number(overview.events)} />
        <Stat label={t`Rules that are on`} value={format.number(overview.rules_on)} />
        <Stat
          label={t`Next time`}
          value={overview.next_run_at ? format.date(overview.next_run_at) : t`never`}
          note={overview.next_run_at && format.time(overview.next_run_at)}
        />
        <Stat
          label={t`Last time`}
          value={last ? format.date(last.finished_at ?? last.started_at) : t`never`}
          note={
            last && (
              <>
                {format.time(last.finished_at ?? last.started_at)} ·{" "}
                <AppLink to={paths.retentionRun(last.id)} size="xs">
                  <Plural value={last.deleted + last.anonymised} one="# event went" other="# events went" />
                </AppLink>
              </>
            )
          }
        />
      </SimpleGrid>
      {running && (
        <Panel title={running.mode === "run" ? t`At work now` : t`Looking what would go`}>
          <RunProgress run={running} />
          <AppLink to={paths.retentionRun(running.id)} size="sm">
            <Trans>Open</Trans>
          </AppLink>
        </Panel>
      )}
    </Stack>
  );
}
