import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu, Stack, Tabs } from "@mantine/core";
import { IconDotsVertical, IconDownload, IconFileUpload, IconListCheck, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { downloadFile } from "@/api/client";
import * as format from "@/lib/format";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { ImportDialog } from "../parts/ImportDialog";
import { OverviewPanel } from "../parts/OverviewPanel";
import { PlannedTable } from "../parts/PlannedTable";
import { SettingsForm } from "../parts/SettingsForm";
import { SuggestionList } from "../parts/SuggestionList";
import { ViolationsView } from "../parts/ViolationsView";
import { EXPORT, planQuery } from "../queries";
import type { Plan } from "../types";

export default function PlanPage() {
  const { t } = useLingui();
  const go = useGo();
  const plan = useQuery(planQuery);
  const mayWrite = useCan("source.write");
  useShortcut("c", t`Plan an event`, () => mayWrite && go(paths.newPlanned()));
  return (
    <Page
      title={t`Tracking plan`}
      description={t`What your events should look like. What arrives is compared with it, so that a mistake in the website or the app is seen the same day.`}
      actions={
        <>
          <MoreMenu mayWrite={mayWrite} />
          {mayWrite && (
            <LinkButton to={paths.newPlanned()} leftSection={<IconPlus size={16} aria-hidden />}>
              <Trans>Plan an event</Trans>
            </LinkButton>
          )}
        </>
      }
    >
      <QueryView query={plan}>{(data) => <Body plan={data} />}</QueryView>
    </Page>
  );
}

function Body({ plan }: { plan: Plan }) {
  const { t } = useLingui();
  const [tab, setTab] = useSearchValue("tab", "events");
  const isNew = plan.planned === 0 && plan.archived === 0;
  const problems = format.number(plan.last_7d.violating);
  return (
    <Stack gap="lg">
      {(!isNew || plan.enabled) && <OverviewPanel plan={plan} />}
      <Tabs value={tab} onChange={(next) => setTab(next ?? "events")} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="events">{t`Planned events`}</Tabs.Tab>
          <Tabs.Tab value="suggestions">{t`Suggestions`}</Tabs.Tab>
          <Tabs.Tab value="violations">
            {plan.last_7d.violating > 0 ? t`Not as planned (${problems})` : t`Not as planned`}
          </Tabs.Tab>
          <Tabs.Tab value="settings">{t`Settings`}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events">{isNew ? <Beginning /> : <PlannedTable />}</Tabs.Panel>
        <Tabs.Panel value="suggestions">
          <SuggestionList />
        </Tabs.Panel>
        <Tabs.Panel value="violations">
          <ViolationsView />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <Stack gap="md">
            {isNew && !plan.enabled && <OverviewPanel plan={plan} />}
            <SettingsForm plan={plan} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

/** Nothing is planned yet: what it is good for, and what arrives already. */
function Beginning() {
  const { t } = useLingui();
  return (
    <Stack gap="md">
      <Panel>
        <EmptyState
          icon={<IconListCheck />}
          title={t`Plan your events from what already arrives`}
          text={
            <Trans>
              Say once which events you rely on and which properties they have. When the website suddenly sends a price
              as text, or forgets the order number, you see it here instead of in a wrong report. Nothing is refused
              until you say so.
            </Trans>
          }
        />
      </Panel>
      <SuggestionList />
    </Stack>
  );
}

function MoreMenu({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useLingui();
  const [importing, setImporting] = useState(false);
  const save = useMutation({ mutationFn: () => downloadFile(EXPORT, "tracking-plan.json") });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={t`Import and export`}>
            <IconDotsVertical size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => save.mutate()}>
            {t`Export the plan`}
          </Menu.Item>
          {mayWrite && (
            <Menu.Item leftSection={<IconFileUpload size={16} aria-hidden />} onClick={() => setImporting(true)}>
              {t`Import a plan`}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}
