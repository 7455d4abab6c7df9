/** A campaign that is scheduled, on its way or over: progress first, then what came of it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Stack, Tabs, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import type { Campaign } from "@/api/types";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { CampaignState } from "@/ui/campaign-state";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Time } from "@/ui/Time";
import type { Person } from "../editor/PersonPicker";
import { PreviewPane } from "../editor/PreviewPane";
import { fullMessage, isRunning } from "../model";
import { useWords } from "../words";
import { CampaignMenu } from "./CampaignMenu";
import { Controls } from "./Controls";
import { ProgressPanel } from "./ProgressPanel";
import { Recipients } from "./Recipients";
import { Report } from "./Report";
import { ScheduledPanel } from "./ScheduledPanel";

export function LaunchedView({ campaign }: { campaign: Campaign }) {
  const { t } = useLingui();
  const words = useWords();
  const [person, setPerson] = useState<Person | null>(null);
  const maySeePeople = useCan("profile.read");
  const scheduled = campaign.state === "scheduled";
  const [tab, setTab] = useSearchValue("tab", scheduled ? "message" : "report");
  return (
    <Page
      title={campaign.name}
      chip={<CampaignState state={campaign.state} />}
      back={{ to: paths.campaigns(), label: t`Campaigns` }}
      description={<Facts campaign={campaign} />}
      actions={
        <>
          <Controls campaign={campaign} />
          <CampaignMenu campaign={campaign} />
        </>
      }
    >
      {scheduled && campaign.schedule && <ScheduledPanel campaign={campaign} schedule={campaign.schedule} />}
      {campaign.state === "paused" && campaign.held && (
        <Alert color="orange" icon={<IconAlertTriangle />} title={t`It paused by itself`}>
          {words.held(campaign.held)}
        </Alert>
      )}
      {!scheduled && <ProgressPanel campaign={campaign} />}
      <Tabs value={tab} onChange={(next) => next && setTab(next)} keepMounted={false}>
        <Tabs.List mb="md">
          {!scheduled && <Tabs.Tab value="report">{t`Results`}</Tabs.Tab>}
          {!scheduled && maySeePeople && <Tabs.Tab value="recipients">{t`Recipients`}</Tabs.Tab>}
          <Tabs.Tab value="message">{t`E-mail`}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="report">
          <Report id={campaign.id} running={isRunning(campaign.state)} />
        </Tabs.Panel>
        <Tabs.Panel value="recipients">
          <Recipients id={campaign.id} running={isRunning(campaign.state)} />
        </Tabs.Panel>
        <Tabs.Panel value="message">
          <Stack maw={860}>
            <PreviewPane message={fullMessage(campaign.message)} person={person} onPerson={setPerson} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Facts({ campaign }: { campaign: Campaign }) {
  return (
    <Text size="sm" c="dimmed">
      {campaign.segment_id && (
        <Trans>
          To{" "}
          <AppLink underline="always" to={paths.segment(campaign.segment_id)}>
            {campaign.segment_name ?? campaign.segment_id}
          </AppLink>
        </Trans>
      )}
      {campaign.launched_at && (
        <>
          {" · "}
          <Trans>
            Launched <Time at={campaign.launched_at} style="dateTime" />
          </Trans>
        </>
      )}
      {campaign.finished_at && (
        <>
          {" · "}
          <Trans>
            Finished <Time at={campaign.finished_at} style="dateTime" />
          </Trans>
        </>
      )}
      {campaign.launched_at && (
        <>
          {" · "}
          <AppLink underline="always" to={`${paths.sandbox()}?campaign=${campaign.id}`}>
            <Trans>Messages in the sandbox</Trans>
          </AppLink>
        </>
      )}
    </Text>
  );
}
