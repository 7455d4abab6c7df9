/** Where the scores for recency, frequency and money begin, and how many customers stand where. */
import { useLingui } from "@lingui/react/macro";
import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { QueryView } from "@/ui/states";
import { ScoreMatrix } from "../parts/ScoreMatrix";
import { ScoreRules } from "../parts/ScoreRules";
import { rfmQuery } from "../queries";

export default function ScoresPage() {
  const { t } = useLingui();
  const rfm = useQuery(rfmQuery);
  return (
    <Page
      title={t`RFM scores`}
      description={t`How recently, how often and for how much customers ordered, compared with each other.`}
      back={{ to: paths.people(), label: t`People` }}
    >
      <QueryView query={rfm}>
        {(data) => (
          <Stack gap="md">
            <ScoreMatrix rfm={data} />
            <ScoreRules key={JSON.stringify([data.window_days, data.boundaries])} rfm={data} />
          </Stack>
        )}
      </QueryView>
    </Page>
  );
}
