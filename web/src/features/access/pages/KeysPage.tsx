import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Badge, Button, Code, Group, Text } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { ApiKey } from "@/api/types";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { ConfirmDialog } from "@/ui/confirm";
import { DataTable } from "@/ui/DataTable";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { NewKey } from "../parts/NewKey";
import { keysQuery } from "../queries";

const SCOPES_SHOWN = 3;

export default function KeysPage() {
  const { t } = useLingui();
  const keys = useQuery(keysQuery);
  const mayWrite = useCan("key.write");
  const [creating, setCreating] = useState(false);
  useShortcut("c", t`New API key`, () => mayWrite && setCreating(true));
  const create = mayWrite && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      <Trans>New API key</Trans>
    </Button>
  );
  return (
    <Page
      title={t`API keys`}
      description={
        <Trans>
          For your own programs: everything on these screens can be done with <Code>curl</Code> too. The full list is at{" "}
          <Anchor inherit underline="always" href="/api/docs" target="_blank" rel="noreferrer">
            /api/docs
          </Anchor>
          .
        </Trans>
      }
      actions={create}
    >
      <Panel flush>
        <QueryView query={keys}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState
                icon={<IconKey />}
                title={t`No API key yet`}
                text={t`A key lets a program of yours act here, with exactly the rights you give it.`}
                actions={create}
              />
            ) : (
              <KeyTable items={items} mayWrite={mayWrite} />
            )
          }
        </QueryView>
      </Panel>
      {creating && <NewKey scopes={keys.data?.scopes ?? []} onClose={() => setCreating(false)} />}
    </Page>
  );
}

function KeyTable({ items, mayWrite }: { items: ApiKey[]; mayWrite: boolean }) {
  const { t } = useLingui();
  const [ending, setEnding] = useState<ApiKey | null>(null);
  const remove = useMutation({
    mutationFn: (key: ApiKey) => api.delete(`/api/v1/keys/${encodeURIComponent(key.id)}`),
    onSuccess: () => setEnding(null),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  return (
    <>
      <DataTable
        label={t`API keys`}
        rows={items}
        rowKey={(key) => key.id}
        columns={[
          { key: "name", header: t`Name`, cell: (key) => <Text fw={500}>{key.name}</Text> },
          { key: "prefix", header: t`Key`, cell: (key) => <Code>{key.prefix}…</Code> },
          {
            key: "scopes",
            header: t`Rights`,
            from: "sm",
            cell: (key) => (
              <Group gap={4}>
                {key.scopes.slice(0, SCOPES_SHOWN).map((scope) => (
                  <Badge key={scope} variant="default" tt="none">
                    {scope === "*" ? t`everything` : scope}
                  </Badge>
                ))}
                {key.scopes.length > SCOPES_SHOWN && <Text size="sm">+{key.scopes.length - SCOPES_SHOWN}</Text>}
              </Group>
            ),
          },
          { key: "used", header: t`Last used`, from: "sm", cell: (key) => <Time at={key.last_used_at} /> },
          { key: "created", header: t`Created`, from: "md", cell: (key) => <Time at={key.created_at} style="date" /> },
          {
            key: "remove",
            header: "",
            numeric: true,
            cell: (key) =>
              mayWrite && (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t`Withdraw ${key.name}`}
                  onClick={() => setEnding(key)}
                >
                  <Trans>Withdraw</Trans>
                </Button>
              ),
          },
        ]}
      />
      <ConfirmDialog
        opened={ending !== null}
        onClose={() => setEnding(null)}
        title={t`Withdraw the key ${ending?.name ?? ""}?`}
        confirmLabel={t`Withdraw`}
        loading={remove.isPending}
        onConfirm={() => ending && remove.mutate(ending)}
      >
        <Trans>Programs that use it are refused at once. This cannot be taken back.</Trans>
      </ConfirmDialog>
    </>
  );
}
