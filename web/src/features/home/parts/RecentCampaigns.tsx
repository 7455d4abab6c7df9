import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Text } from "@mantine/core";
import type { CampaignSummary } from "@/api/types";
import { handedOver } from "@/lib/campaigns";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { CampaignState } from "@/ui/campaign-state";
import { DataTable } from "@/ui/DataTable";
import { AppLink, LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";

export function RecentCampaigns({ campaigns }: { campaigns: CampaignSummary[] }) {
  const { t } = useLingui();
  return (
    <Panel
      title={t`Recent campaigns`}
      flush
      actions={
        <AppLink to={paths.campaigns()} size="sm">
          <Trans>All campaigns</Trans>
        </AppLink>
      }
    >
      {campaigns.length === 0 ? (
        <Box p="md" pt={0}>
          <Text c="dimmed" size="sm" mb="sm">
            <Trans>Nothing has been sent yet. A campaign brings one e-mail to the people of one segment.</Trans>
          </Text>
          <LinkButton to={paths.newCampaign()} size="xs" variant="light">
            <Trans>New campaign</Trans>
          </LinkButton>
        </Box>
      ) : (
        <DataTable
          label={t`Recent campaigns`}
          rows={campaigns}
          rowKey={(campaign) => campaign.id}
          rowHref={(campaign) => paths.campaign(campaign.id)}
          columns={[
            { key: "name", header: t`Campaign`, cell: (campaign) => campaign.name },
            { key: "state", header: t`State`, cell: (campaign) => <CampaignState state={campaign.state} /> },
            {
              key: "sent",
              header: t`Sent`,
              numeric: true,
              from: "sm",
              cell: (campaign) =>
                campaign.launched_at ? format.number(handedOver(campaign.progress)) : format.NOTHING,
            },
            {
              key: "revenue",
              header: t`Revenue`,
              numeric: true,
              from: "md",
              cell: (campaign) => (campaign.launched_at ? format.money(campaign.revenue) : format.NOTHING),
            },
            {
              key: "when",
              header: t`Changed`,
              from: "sm",
              cell: (campaign) => <Time at={campaign.launched_at ?? campaign.updated_at} />,
            },
          ]}
        />
      )}
    </Panel>
  );
}
