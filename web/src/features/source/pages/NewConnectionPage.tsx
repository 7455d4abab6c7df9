/** Setting up what is fetched: a database, a folder, a feed. */
import { useLingui } from "@lingui/react/macro";
import { Stack, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useGo, useParam, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import type { Connection } from "../connect/types";
import { DatabaseForm } from "../database/DatabaseForm";
import { FeedForm } from "../feed/FeedForm";
import { FolderForm } from "../folder/FolderForm";
import { useSourceKinds } from "../kinds";

export default function NewConnectionPage() {
  const { t } = useLingui();
  const go = useGo();
  const kind = useParam("kind");
  const [name, setName] = useSearchValue("name");
  const words = useSourceKinds().find((one) => one.value === kind);
  const mayWrite = useCan("source.write");
  const onSaved = (connection: Connection) => {
    toastDone(t`“${connection.name}” is connected`);
    go(paths.source(connection.id), { replace: true });
  };
  const fields = { name, connection: null, onSaved };
  const forms: Record<string, ReactNode> = {
    database: <DatabaseForm {...fields} />,
    folder: <FolderForm {...fields} />,
    feed: <FeedForm {...fields} />,
  };
  const form = forms[kind];
  return (
    <Page
      title={words ? t`Connect: ${words.label}` : t`Connect a source`}
      description={words?.about}
      back={{ to: paths.sources(), label: t`Sources` }}
    >
      {form && mayWrite ? (
        <Stack gap="md">
          <Panel>
            <TextInput
              label={t`Name`}
              description={t`How you recognise it in lists.`}
              required
              maw={420}
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </Panel>
          {form}
        </Stack>
      ) : (
        <EmptyState title={mayWrite ? t`There is no such kind of source` : t`Your role may not change this.`} />
      )}
    </Page>
  );
}
