import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Progress, Select, Text } from "@mantine/core";
import { IconPlus, IconSend } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { CampaignSummary } from "@/api/types";
import { handedOver } from "@/lib/campaigns";
import * as format from "@/lib/format";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { CampaignState } from "@/ui/campaign-state";
import { type Column, DataTable } from "@/ui/DataTable";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { doneShare, isRunning } from "../model";
import { CampaignMenu } from "../parts/CampaignMenu";
import { campaignListQuery } from "../queries";

const REFRESH_RUNNING_MS = 3_000;

export default function CampaignsPage() {
  const { t } = useLingui();
  const go = useGo();
  const [state, setState] = useSearchValue("state");
  const mayWrite = useCan("campaign.write");
  const campaigns = useInfiniteQuery({
    ...campaignListQuery(state),
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((item) => isRunning(item.state)))
        ? REFRESH_RUNNING_MS
        : false,
  });
  useShortcut("c", t`New campaign`, () => mayWrite && go(paths.newCampaign()));
  const rows = campaigns.data?.pages.flatMap((page) => page.items);
  const create = (
    <LinkButton to={paths.newCampaign()} leftSection={<IconPlus size={16} aria-hidden />}>
      <Trans>New campaign</Trans>
    </LinkButton>
  );
  return (
    <Page
      title={t`Campaigns`}
      description={t`One e-mail to the people of one segment, and what came of it: online and in the shop.`}
      actions={mayWrite && create}
    >
      <Select
        aria-label={t`State`}
        placeholder={t`All states`}
        maw={260}
        clearable
        clearButtonProps={{ "aria-label": t`Clear` }}
        value={state || null}
        onChange={(value) => setState(value ?? "")}
        data={[
          { value: "draft", label: t`Drafts` },
          { value: "scheduled", label: t`Scheduled` },
          { value: "sending", label: t`Sending` },
          { value: "paused", label: t`Paused` },
          { value: "finished", label: t`Finished` },
          { value: "cancelled", label: t`Stopped` },
        ]}
      />
      <Panel flush>
        <QueryView query={{ ...campaigns, data: rows }}>
          {(list) =>
            list.length > 0 ? (
              <CampaignTable
                rows={list}
                more={{
                  has: campaigns.hasNextPage,
                  loading: campaigns.isFetchingNextPage,
                  load: () => void campaigns.fetchNextPage(),
                }}
              />
            ) : (
              <EmptyState
                icon={<IconSend />}
                title={state ? t`No campaign in this state` : t`No campaign yet`}
                text={
                  state
                    ? undefined
                    : t`Choose a segment, begin with a ready design, send yourself a test, then launch. Only people who said yes get it, and nobody gets it twice.`
                }
                actions={!state && mayWrite && create}
              />
            )
          }
        </QueryView>
      </Panel>
    </Page>
  );
}

type TableProps = { rows: CampaignSummary[]; more: { has: boolean; loading: boolean; load: () => void } };

function CampaignTable({ rows, more }: TableProps) {
  const { t } = useLingui();
  const columns: Column<CampaignSummary>[] = [
    {
      key: "name",
      header: t`Campaign`,
      cell: (campaign) => (
        <Box component="span">
          <Text fw={500} component="span" display="block">
            {campaign.name}
          </Text>
          <Text size="sm" c="dimmed" lineClamp={1} component="span" maw="50ch">
            {campaign.segment_name ?? t`No segment yet`}
          </Text>
        </Box>
      ),
    },
    { key: "state", header: t`State`, cell: (campaign) => <StateCell campaign={campaign} /> },
    {
      key: "sent",
      header: t`Sent`,
      numeric: true,
      from: "sm",
      cell: (campaign) => (campaign.launched_at ? format.number(handedOver(campaign.progress)) : format.NOTHING),
    },
    {
      key: "orders",
      header: t`Orders`,
      numeric: true,
      from: "md",
      cell: (campaign) => (campaign.launched_at ? format.number(campaign.orders) : format.NOTHING),
    },
    {
      key: "revenue",
      header: t`Revenue`,
      numeric: true,
      from: "sm",
      cell: (campaign) => (campaign.launched_at ? format.money(campaign.revenue) : format.NOTHING),
    },
    {
      key: "when",
      header: t`Launched or changed`,
      from: "md",
      cell: (campaign) => <Time at={campaign.launched_at ?? campaign.updated_at} />,
    },
    { key: "more", header: "", width: 44, cell: (campaign) => <CampaignMenu campaign={campaign} /> },
  ];
  return (
    <DataTable
      label={t`Campaigns`}
      rows={rows}
      rowKey={(campaign) => campaign.id}
      rowHref={(campaign) => paths.campaign(campaign.id)}
      columns={columns}
      more={more}
    />
  );
}

function StateCell({ campaign }: { campaign: CampaignSummary }) {
  const { t } = useLingui();
  const share = doneShare(campaign.progress);
  const text = format.percent(share, 0);
  return (
    <Box>
      <CampaignState state={campaign.state} />
      {campaign.state === "scheduled" && campaign.schedule && (
        <Text size="sm" c={campaign.held ? "var(--mantine-color-orange-text)" : "dimmed"} component="span" ml={8}>
          {campaign.held ? t`did not start` : <Time at={campaign.schedule.scheduled_at} style="dateTime" />}
        </Text>
      )}
      {isRunning(campaign.state) && (
        <Progress value={100 * share} size="sm" mt={4} aria-label={t`${campaign.name}: ${text} done`} />
      )}
    </Box>
  );
}
