import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconRefresh, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queryClient, sourcesQuery } from "@/api/query";
import type { Source } from "@/api/types";
import { useGo, useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { CopyField } from "@/ui/copy";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone, undoable } from "@/ui/toast";
import { ConnectionActions } from "../connect/ConnectionActions";
import { ConnectionBody } from "../connect/ConnectionBody";
import { HealthPanel } from "../connect/HealthPanel";
import { connectionQuery } from "../connect/queries";
import { isConnection, useSourceKinds } from "../kinds";
import { Bots } from "../parts/Bots";
import { Listening } from "../parts/Listening";
import { Rejections } from "../parts/Rejections";
import { Sample } from "../parts/Sample";
import { Snippets } from "../parts/Snippets";
import { sourcePath } from "../queries";

const LISTEN_EVERY_MS = 1500;
const LOOK_EVERY_MS = 10_000;

export default function SourcePage() {
  const { t } = useLingui();
  const id = useParam("id");
  const sources = useQuery({
    ...sourcesQuery,
    refetchInterval: (query) => {
      const silent = query.state.data?.items.find((one) => one.id === id)?.events === 0;
      return silent ? LISTEN_EVERY_MS : LOOK_EVERY_MS;
    },
  });
  const source = sources.data?.items.find((one) => one.id === id);
  const kind = useSourceKinds().find((one) => one.value === source?.kind);
  return (
    <Page
      title={source?.name ?? t`Source`}
      chip={kind && <Badge variant="light">{kind.label}</Badge>}
      back={{ to: paths.sources(), label: t`Sources` }}
      actions={source && <SourceActions source={source} />}
    >
      <QueryView query={sources}>
        {() => (source ? <SourceBody source={source} /> : <EmptyState title={t`There is no such source`} />)}
      </QueryView>
    </Page>
  );
}

function SourceBody({ source }: { source: Source }) {
  return isConnection(source.kind) ? <ConnectionBody source={source} /> : <SenderBody source={source} />;
}

function SenderBody({ source }: { source: Source }) {
  const { t } = useLingui();
  // Who waits here for the first event is told when it comes; later the light says how it goes.
  const [waited] = useState(source.events === 0);
  return (
    <Stack gap="md">
      {waited ? <Listening source={source} /> : <HealthPanel source={source} />}
      {source.last_error_at && <Rejections source={source} />}
      {source.bots > 0 && <Bots source={source} />}
      <Sample source={source} />
      <Snippets source={source} />
      <Panel title={t`Address and key`}>
        <Group gap="xl">
          <CopyField label={t`Address`} value={window.location.origin} />
          <CopyField label={t`Write key`} value={source.write_key} />
          <div>
            <Trans>
              Created <Time at={source.created_at} style="date" />
            </Trans>
          </div>
        </Group>
        {source.old_keys.map((old) => (
          <Text key={old.write_key} size="sm" c="dimmed" mt="xs">
            <Trans>
              The key {old.write_key} is still accepted until <Time at={old.accepted_until} style="dateTime" />.
            </Trans>
          </Text>
        ))}
      </Panel>
    </Stack>
  );
}

function SourceActions({ source }: { source: Source }) {
  const { t } = useLingui();
  const go = useGo();
  const mayWrite = useCan("source.write");
  const [asking, setAsking] = useState(false);
  const connection = useQuery({ ...connectionQuery(source.id), enabled: isConnection(source.kind) });
  const refresh = () => queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey });
  const rotate = useMutation({
    mutationFn: () => api.post<Source>(`${sourcePath(source.id)}/rotate`),
    onSuccess: async () => {
      await refresh();
      setAsking(false);
      toastDone(t`“${source.name}” has a new write key`);
    },
  });
  const remove = () => {
    go(paths.sources());
    queryClient.setQueryData(sourcesQuery.queryKey, (list) =>
      list ? { ...list, items: list.items.filter((one) => one.id !== source.id) } : list,
    );
    undoable({
      message: t`“${source.name}” is deleted`,
      commit: () => api.delete(sourcePath(source.id)),
      restore: () => void refresh(),
    });
  };
  if (!mayWrite) return null;
  return (
    <>
      {isConnection(source.kind) ? (
        connection.data && <ConnectionActions connection={connection.data} />
      ) : (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => setAsking(true)}>
          <Trans>New key</Trans>
        </Button>
      )}
      <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
        <Trans>Delete</Trans>
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`A new write key for ${source.name}?`}
        confirmLabel={t`Make a new key`}
        danger={false}
        loading={rotate.isPending}
        onConfirm={() => rotate.mutate()}
      >
        <Trans>
          The present key is still accepted for a while, so that you can put the new one in place without losing events.
        </Trans>
      </ConfirmDialog>
    </>
  );
}
