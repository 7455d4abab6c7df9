import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { QueryView } from "@/ui/states";
import { DraftView } from "../parts/DraftView";
import { LaunchedView } from "../parts/LaunchedView";
import { campaignQuery } from "../queries";
import { watchEvery } from "../schedule";

export default function CampaignPage() {
  const { t } = useLingui();
  const campaign = useQuery({
    ...campaignQuery(useParam("id")),
    refetchInterval: ({ state: { data } }) =>
      data?.state === "scheduled" && !data.held && watchEvery(data.schedule, Date.now()),
  });
  if (campaign.data?.state === "draft") return <DraftView key={campaign.data.id} campaign={campaign.data} />;
  if (campaign.data) return <LaunchedView key={campaign.data.id} campaign={campaign.data} />;
  return (
    <Page title={t`Campaign`} back={{ to: paths.campaigns(), label: t`Campaigns` }}>
      <QueryView query={campaign}>{() => null}</QueryView>
    </Page>
  );
}
