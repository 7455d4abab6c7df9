import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Avatar, Box, Menu, Text } from "@mantine/core";
import { IconKeyboard, IconLogout, IconUser, IconUserCircle } from "@tabler/icons-react";
import { api, chooseWorkspace } from "@/api/client";
import { queryClient } from "@/api/query";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useMe } from "@/lib/session";
import { LanguageItems, ThemeItems } from "./TopBarMenus";

export function PersonMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const go = useGo();
  const signOut = async () => {
    await api.delete("/api/v1/session").catch(() => {});
    chooseWorkspace(null);
    go(paths.signIn());
    queryClient.clear();
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" radius="xl" aria-label={t`Your account`}>
          <Avatar size={30} radius="xl" color="indigo" alt="">
            <IconUser size={17} aria-hidden />
          </Avatar>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Box px="sm" py="xs">
          <Text fw={600} truncate>
            {me.user.name}
          </Text>
          <Text size="sm" c="dimmed" truncate>
            {me.user.email}
          </Text>
        </Box>
        <Menu.Divider />
        <Menu.Item leftSection={<IconUserCircle size={16} aria-hidden />} onClick={() => go(paths.account())}>
          {t`Your account`}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onShortcuts}>
          {t`Keyboard shortcuts`}
        </Menu.Item>
        <Box hiddenFrom="xs">
          <Menu.Label>{t`Language`}</Menu.Label>
          <LanguageItems />
          <Menu.Label>{t`Light or dark`}</Menu.Label>
          <ThemeItems />
        </Box>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
          {t`Sign out`}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
