import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, List, Select, Stack, Text } from "@mantine/core";
import { IconPlus, IconUserMinus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Role, User } from "@/api/types";
import { useCan, useMe } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { ConfirmDialog } from "@/ui/confirm";
import { DataTable } from "@/ui/DataTable";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { Invite } from "../parts/Invite";
import { usersQuery } from "../queries";
import { useRoles } from "../roles";

const userPath = (id: string) => `/api/v1/users/${encodeURIComponent(id)}`;

export default function TeamPage() {
  const { t } = useLingui();
  const roles = useRoles();
  const users = useQuery(usersQuery);
  const mayWrite = useCan("user.write");
  const [inviting, setInviting] = useState(false);
  useShortcut("c", t`Add a person`, () => mayWrite && setInviting(true));
  return (
    <Page
      title={t`Team`}
      description={t`Who works in this workspace, and what they may do.`}
      actions={
        mayWrite && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
            <Trans>Add a person</Trans>
          </Button>
        )
      }
    >
      <Panel flush>
        <QueryView query={users}>{({ items }) => <TeamTable items={items} mayWrite={mayWrite} />}</QueryView>
      </Panel>
      <Panel title={t`Roles`}>
        <List spacing="xs">
          {roles.map((role) => (
            <List.Item key={role.value}>
              <Text component="span" fw={600}>
                {role.label}
              </Text>
              : {role.about}
            </List.Item>
          ))}
        </List>
      </Panel>
      {inviting && <Invite onClose={() => setInviting(false)} />}
    </Page>
  );
}

function TeamTable({ items, mayWrite }: { items: User[]; mayWrite: boolean }) {
  const { t } = useLingui();
  const roles = useRoles();
  const me = useMe();
  const [leaving, setLeaving] = useState<User | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: usersQuery.queryKey });
  const change = useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) => api.patch(userPath(id), { role }),
    onSuccess: () => toastDone(t`Saved`),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (user: User) => api.delete(userPath(user.id)),
    onSuccess: () => setLeaving(null),
    onSettled: refresh,
  });
  return (
    <>
      <DataTable
        label={t`Team`}
        rows={items}
        rowKey={(user) => user.id}
        columns={[
          {
            key: "name",
            header: t`Name`,
            cell: (user) => (
              <Stack gap={0}>
                <Text fw={500}>
                  {user.name} {user.id === me.user.id && t`(you)`}
                </Text>
                <Text size="sm" c="dimmed">
                  {user.email}
                </Text>
              </Stack>
            ),
          },
          {
            key: "role",
            header: t`Role`,
            cell: (user) => (
              <Select
                aria-label={t`Role of ${user.name}`}
                size="xs"
                miw={124}
                maw={180}
                allowDeselect={false}
                disabled={!mayWrite || user.id === me.user.id}
                data={roles.map(({ value, label }) => ({ value, label }))}
                value={user.role}
                onChange={(role) => role && change.mutate({ id: user.id, role: role as Role })}
              />
            ),
          },
          {
            key: "remove",
            header: "",
            numeric: true,
            cell: (user) =>
              mayWrite &&
              user.id !== me.user.id && (
                <ActionIcon
                  variant="default"
                  aria-label={t`Remove ${user.name}`}
                  title={t`Remove ${user.name}`}
                  onClick={() => setLeaving(user)}
                >
                  <IconUserMinus size={16} />
                </ActionIcon>
              ),
          },
        ]}
      />
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t`Remove ${leaving?.name ?? ""} from the workspace?`}
        confirmLabel={t`Remove`}
        loading={remove.isPending}
        onConfirm={() => leaving && remove.mutate(leaving)}
      >
        <Trans>They are signed out at once. What they made stays.</Trans>
      </ConfirmDialog>
    </>
  );
}
