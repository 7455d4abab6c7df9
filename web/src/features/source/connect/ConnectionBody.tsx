/** The page of a source that is fetched or mapped: how it goes, and how it is set up. */
import { useLingui } from "@lingui/react/macro";
import { Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Source } from "@/api/types";
import { useSearchValue } from "@/lib/nav";
import { QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { DatabaseForm } from "../database/DatabaseForm";
import { FeedForm } from "../feed/FeedForm";
import { FeedPanel } from "../feed/FeedPanel";
import { Files } from "../folder/Files";
import { FolderForm } from "../folder/FolderForm";
import { Rejections } from "../parts/Rejections";
import { Sample } from "../parts/Sample";
import { AddressPanel } from "../webhook/AddressPanel";
import { ChallengePanel } from "../webhook/ChallengePanel";
import { MappingPanel } from "../webhook/MappingPanel";
import { Payloads } from "../webhook/Payloads";
import { SignaturePanel } from "../webhook/SignaturePanel";
import { HealthPanel } from "./HealthPanel";
import { connectionQuery } from "./queries";
import { Runs } from "./Runs";
import type { Connection } from "./types";

export function ConnectionBody({ source }: { source: Source }) {
  const connection = useQuery(connectionQuery(source.id));
  return <QueryView query={connection}>{(data) => <Body source={source} connection={data} />}</QueryView>;
}

type Props = { source: Source; connection: Connection };

function Body({ source, connection }: Props) {
  const { t } = useLingui();
  const [tab, setTab] = useSearchValue("tab", "overview");
  const webhook = connection.definition.kind === "webhook";
  return (
    <Tabs value={tab} onChange={(next) => setTab(next ?? "overview")} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="overview">{t`Overview`}</Tabs.Tab>
        {webhook && <Tabs.Tab value="mapping">{t`Mapping`}</Tabs.Tab>}
        <Tabs.Tab value="settings">{t`Settings`}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Overview source={source} connection={connection} />
      </Tabs.Panel>
      {webhook && (
        <Tabs.Panel value="mapping">
          <MappingPanel connection={connection} />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="settings">
        <Settings connection={connection} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Overview({ source, connection }: Props) {
  const { kind } = connection.definition;
  return (
    <Stack gap="md">
      <HealthPanel source={source} connection={connection} />
      {kind === "webhook" && (
        <>
          <AddressPanel connection={connection} />
          <Payloads connection={connection} />
        </>
      )}
      {kind === "folder" && <Files connection={connection} />}
      {kind === "feed" && <FeedPanel connection={connection} />}
      {kind !== "webhook" && <Runs connection={connection} />}
      {(source.last_error_at || source.rejected > 0) && <Rejections source={source} />}
      {kind !== "feed" && <Sample source={source} />}
    </Stack>
  );
}

/** The forms keep what is being typed: they are drawn anew only when something was saved. */
function Settings({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const onSaved = () => toastDone(t`Saved`);
  const { definition, name } = connection;
  switch (definition.kind) {
    case "webhook":
      return (
        <Stack gap="md" key={connection.version}>
          <SignaturePanel connection={connection} definition={definition} />
          <ChallengePanel connection={connection} definition={definition} />
        </Stack>
      );
    case "folder":
      return (
        <FolderForm
          key={connection.version}
          name={name}
          connection={connection}
          definition={definition}
          onSaved={onSaved}
        />
      );
    case "feed":
      return (
        <FeedForm
          key={connection.version}
          name={name}
          connection={connection}
          definition={definition}
          onSaved={onSaved}
        />
      );
    case "database":
      return (
        <DatabaseForm
          key={connection.version}
          name={name}
          connection={connection}
          definition={definition}
          onSaved={onSaved}
        />
      );
  }
}
