/** What was not as planned: per day, and what exactly, where in the event, from which source. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, Code, Group, NativeSelect, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { sourcesQuery } from "@/api/query";
import * as format from "@/lib/format";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useSourceName } from "@/lib/sources";
import { detailOf, useViolationWords } from "@/lib/violation-words";
import { Chart } from "@/ui/Chart";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { violationsQuery } from "../queries";
import type { EventRef, ViolationCount, Violations } from "../types";
import { useEventName } from "../words";

const PERIODS = ["1", "7", "30"] as const;

/** Of one event, or of all. */
export function ViolationsView({ event }: { event?: EventRef }) {
  const { t } = useLingui();
  const [period, setPeriod] = useSearchValue("days", "7");
  const [source, setSource] = useSearchValue("source");
  const days = PERIODS.some((one) => one === period) ? Number(period) : 7;
  const violations = useQuery(violationsQuery({ days, kind: event?.kind, name: event?.name, source }));
  const sources = useQuery({ ...sourcesQuery, enabled: useCan("source.read") }).data?.items ?? [];
  return (
    <Stack gap="md">
      <Group gap="sm">
        <SegmentedControl
          aria-label={t`Period`}
          size="xs"
          value={String(days)}
          onChange={setPeriod}
          data={[
            { value: "1", label: t`Today` },
            { value: "7", label: t`7 days` },
            { value: "30", label: t`30 days` },
          ]}
        />
        <NativeSelect
          aria-label={t`Source`}
          size="xs"
          value={source}
          onChange={(change) => setSource(change.currentTarget.value)}
          data={[{ value: "", label: t`All sources` }, ...sources.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      </Group>
      <QueryView query={violations}>
        {(data) =>
          data.items.length === 0 ? (
            <Panel>
              <EmptyState
                icon={<IconCircleCheck />}
                title={t`Nothing was counted as different from the plan`}
                text={t`Events are compared as they arrive, as long as the plan is switched on.`}
              />
            </Panel>
          ) : (
            <>
              {data.days.length > 1 && <PerDay violations={data} />}
              <ViolationTable violations={data} withEvent={event === undefined} />
            </>
          )
        }
      </QueryView>
    </Stack>
  );
}

function PerDay({ violations: { days } }: { violations: Violations }) {
  const { t } = useLingui();
  return (
    <Panel title={t`Events per day that were not as planned`}>
      <Chart
        label={t`Events per day that were not as planned`}
        categoryLabel={t`Day`}
        height={180}
        categories={days.map((one) => format.dayLabel(one.day))}
        series={[
          {
            name: t`Not as planned`,
            kind: "bar",
            values: days.map((one) => one.violating),
            format: (value) => format.number(value),
          },
        ]}
        axisFormat={(value) => format.compact(value)}
      />
    </Panel>
  );
}

function EventLink({ one }: { one: ViolationCount }) {
  const { t } = useLingui();
  const name = useEventName()(one);
  const mayWrite = useCan("source.write");
  if (one.event_id) return <AppLink to={paths.planned(one.event_id)}>{name}</AppLink>;
  if (!mayWrite) return name;
  const query = new URLSearchParams({ kind: one.kind, name: one.name });
  return (
    <Group gap="xs">
      {name}
      <AppLink to={`${paths.newPlanned()}?${query}`} size="sm" aria-label={t`Plan it: ${name}`}>
        <Trans>Plan it</Trans>
      </AppLink>
    </Group>
  );
}

/** Where it stands and, where the line above does not say it all, the server's own words. */
function Detail({ of, said }: { of: ViolationCount; said: string }) {
  const found = detailOf(of, said);
  if (!found.pointer && !found.message) return null;
  return (
    <Text size="xs" c="dimmed">
      {found.pointer && <Code>{found.pointer}</Code>} {found.message && <span lang="en">{found.message}</span>}
    </Text>
  );
}

function ViolationTable({ violations, withEvent }: { violations: Violations; withEvent: boolean }) {
  const { t } = useLingui();
  const words = useViolationWords();
  const sourceName = useSourceName();
  return (
    <Panel flush>
      <DataTable
        label={t`Not as planned`}
        rows={violations.items}
        rowKey={(one) => `${one.kind} ${one.name} ${one.code} ${one.pointer} ${one.message}`}
        columns={[
          ...(withEvent
            ? [{ key: "event", header: t`Event`, cell: (one: ViolationCount) => <EventLink one={one} /> }]
            : []),
          {
            key: "problem",
            header: t`Problem`,
            cell: (one) => (
              <Box style={{ overflowWrap: "anywhere" }}>
                {words(one)}
                <Detail of={one} said={words(one)} />
              </Box>
            ),
          },
          { key: "count", header: t`How often`, numeric: true, cell: (one) => format.number(one.count) },
          {
            key: "sources",
            header: t`Sources`,
            from: "sm",
            cell: (one) =>
              one.sources.map((source) => (
                <Text size="sm" key={source.id ?? ""}>
                  {sourceName(source.id)} ({format.number(source.count)})
                </Text>
              )),
          },
          { key: "last", header: t`Last`, from: "sm", cell: (one) => <Time at={one.last_at} /> },
        ]}
      />
      {violations.others > 0 && (
        <Text size="sm" c="dimmed" p="md">
          <Plural value={violations.others} one="and # other problem" other="and # other problems" />
        </Text>
      )}
    </Panel>
  );
}
