/** Which workspace the tab shows; test and demo workspaces say so in words. */

import { useLingui } from "@lingui/react/macro";
import { Badge, Button, Menu, Text, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { chooseWorkspace } from "@/api/client";
import { queryClient } from "@/api/query";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useMe } from "@/lib/session";

export function WorkspaceSwitch() {
  const { t } = useLingui();
  const me = useMe();
  const go = useGo();
  const here = me.workspaces.find((workspace) => workspace.id === me.workspace.id);
  const change = async (id: string) => {
    chooseWorkspace(id);
    await queryClient.resetQueries();
    go(paths.home());
  };
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          rightSection={<IconSelector size={14} aria-hidden />}
          style={{ minWidth: 0 }}
        >
          <VisuallyHidden>{t`Workspace:`} </VisuallyHidden>
          <Text truncate maw={{ base: 110, sm: 220 }} size="md" fw={500}>
            {me.workspace.name}
          </Text>
          {here?.is_demo && (
            <Badge ml={8} size="sm" variant="light" color="orange" visibleFrom="sm">
              {t`Demo`}
            </Badge>
          )}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t`Workspaces`}</Menu.Label>
        {me.workspaces.map((workspace) => (
          <Menu.Item
            key={workspace.id}
            onClick={() => void change(workspace.id)}
            leftSection={
              <IconCheck size={14} style={{ opacity: workspace.id === me.workspace.id ? 1 : 0 }} aria-hidden />
            }
            rightSection={workspace.is_demo ? <Badge size="xs">{t`Demo`}</Badge> : undefined}
          >
            {workspace.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
