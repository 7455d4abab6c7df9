import { useLingui } from "@lingui/react/macro";
import { Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { isStatus } from "@/api/errors";
import { profileQuery } from "@/api/query";
import type { Profile } from "@/api/types";
import * as format from "@/lib/format";
import { useParam, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { DevicesPanel } from "../devices/DevicesPanel";
import { IdentityDialogs } from "../identity/IdentityDialogs";
import { IdentityPanel } from "../identity/IdentityPanel";
import { PersonMenu } from "../identity/PersonMenu";
import { useIdentityDialog } from "../identity/useIdentityDialog";
import { Attributes } from "../parts/Attributes";
import { CompaniesPanel } from "../parts/CompaniesPanel";
import { ConsentPanel } from "../parts/ConsentPanel";
import { Messages } from "../parts/Messages";
import { PersonHeader } from "../parts/PersonHeader";
import { PrivacyPanel } from "../parts/PrivacyPanel";
import { RfmPanel } from "../parts/RfmPanel";
import { Timeline } from "../parts/Timeline";
import { GonePerson } from "../privacy/GonePerson";

export default function PersonPage() {
  const { t } = useLingui();
  const id = useParam("id");
  const person = useQuery(profileQuery(id));
  const { open } = useIdentityDialog();
  const email = person.data?.email;
  if (isStatus(person.error, 404)) {
    return (
      <Page title={t`Person`} back={{ to: paths.people(), label: t`People` }}>
        <GonePerson id={id} error={person.error} />
      </Page>
    );
  }
  return (
    <Page
      title={person.data ? format.person(person.data.label) : t`Person`}
      description={email && email !== person.data?.label ? email : undefined}
      back={{ to: paths.people(), label: t`People` }}
      actions={person.data && <PersonMenu profile={person.data} open={open} />}
    >
      <QueryView query={person}>{(profile) => <PersonBody profile={profile} />}</QueryView>
    </Page>
  );
}

function PersonBody({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const [tab, setTab] = useSearchValue("tab", "timeline");
  const { open } = useIdentityDialog();
  return (
    <Stack gap="lg">
      <PersonHeader profile={profile} />
      <CompaniesPanel id={profile.id} />
      <Tabs value={tab} onChange={(next) => setTab(next ?? "timeline")} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="timeline">{t`Timeline`}</Tabs.Tab>
          <Tabs.Tab value="attributes">{t`Attributes`}</Tabs.Tab>
          <Tabs.Tab value="identity">{t`Identity`}</Tabs.Tab>
          <Tabs.Tab value="devices">{t`Devices`}</Tabs.Tab>
          <Tabs.Tab value="privacy">{t`Consent and privacy`}</Tabs.Tab>
          <Tabs.Tab value="messages">{t`Messages`}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="timeline">
          <Stack gap="md">
            {profile.value.rfm && <RfmPanel rfm={profile.value.rfm} />}
            <Panel>
              <Timeline id={profile.id} />
            </Panel>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="attributes">
          <Attributes profile={profile} />
        </Tabs.Panel>
        <Tabs.Panel value="identity">
          <IdentityPanel profile={profile} open={open} />
        </Tabs.Panel>
        <Tabs.Panel value="devices">
          <DevicesPanel id={profile.id} />
        </Tabs.Panel>
        <Tabs.Panel value="privacy">
          <Stack gap="md">
            <ConsentPanel profile={profile} />
            <PrivacyPanel profile={profile} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="messages">
          <Messages profile={profile} />
        </Tabs.Panel>
      </Tabs>
      <IdentityDialogs profile={profile} />
    </Stack>
  );
}
