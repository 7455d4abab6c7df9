import { useLingui } from "@lingui/react/macro";
import { Grid, Group, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Home } from "@/api/types";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useRefusedNotice } from "@/lib/refused";
import { useMe } from "@/lib/session";
import { AppLink } from "@/ui/links";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { ChannelRevenue } from "../parts/ChannelRevenue";
import { NextSteps } from "../parts/NextSteps";
import { RecentCampaigns } from "../parts/RecentCampaigns";
import { Tiles } from "../parts/Tiles";
import { TrendPanel } from "../parts/TrendPanel";
import { homeQuery } from "../queries";

const DEFAULT_DAYS = 30;
/** Above this the numbers on the page are noticeably behind what has come in. */
const LAG_WORTH_SAYING_MS = 5_000;

function Freshness({ ingest }: { ingest: Home["ingest"] }) {
  const { t } = useLingui();
  const behind = ingest.lag_ms > LAG_WORTH_SAYING_MS;
  const rate = format.number(ingest.events_per_s, ingest.events_per_s < 10 ? 1 : 0);
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" component="span">
        {behind
          ? t`${format.number(ingest.backlog_events)} events waiting, ${format.duration(ingest.lag_ms)} behind`
          : t`Up to date · ${rate} events per second`}
      </Text>
      <AppLink to={paths.live()} size="sm">
        {t`Watch live`}
      </AppLink>
    </Group>
  );
}

/** What is older is history: it stands under Sources. */
const REFUSAL_IS_NEWS_MS = 7 * 24 * 3_600_000;

function RefusedOrders() {
  const { t } = useLingui();
  const refused = useRefusedNotice();
  const now = useNow();
  if (!refused || now.getTime() - new Date(refused.lastAt).getTime() > REFUSAL_IS_NEWS_MS) return null;
  return (
    <Notice to={paths.refusedOrders()} link={t`See why`}>
      {refused.text} · <Time at={refused.lastAt} />
    </Notice>
  );
}

function HomeSkeleton() {
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        {Array.from({ length: 4 }, (_, tile) => (
          <Skeleton key={tile} height={96} radius="md" />
        ))}
      </SimpleGrid>
      <Skeleton height={340} radius="md" />
    </Stack>
  );
}

export default function HomePage() {
  const { t } = useLingui();
  const me = useMe();
  const [period, setPeriod] = useSearchValue("days", String(DEFAULT_DAYS));
  const days = Number(period) || DEFAULT_DAYS;
  const home = useQuery(homeQuery(days));
  return (
    <Page title={me.workspace.name} description={home.data ? <Freshness ingest={home.data.ingest} /> : t`Home`}>
      <QueryView query={home} loading={<HomeSkeleton />}>
        {(data) => (
          <Stack gap="md">
            <RefusedOrders />
            <Tiles home={data} />
            <Grid gap="md">
              <Grid.Col span={{ base: 12, lg: 8 }}>
                <Stack gap="md">
                  <TrendPanel home={data} days={days} onDays={(next) => setPeriod(String(next))} />
                  <RecentCampaigns campaigns={data.recent_campaigns} />
                </Stack>
              </Grid.Col>
              <Grid.Col span={{ base: 12, lg: 4 }}>
                <Stack gap="md">
                  <NextSteps steps={data.next_steps} />
                  <ChannelRevenue home={data} days={days} />
                </Stack>
              </Grid.Col>
            </Grid>
          </Stack>
        )}
      </QueryView>
    </Page>
  );
}
