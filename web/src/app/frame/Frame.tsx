/** What surrounds every page of a signed-in person: menu, top bar, palette, shortcuts. */

import { Trans, useLingui } from "@lingui/react/macro";
import { AppShell, Box, Burger, Group, ScrollArea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense, useEffect } from "react";
import { setFormatContext } from "@/lib/format";
import { useMe } from "@/lib/session";
import { Loading } from "@/ui/states";
import { useOwnScheme } from "../preferences";
import { Brand } from "./Brand";
import { CommandPalette, PaletteButton } from "./CommandPalette";
import classes from "./Frame.module.css";
import { Menu } from "./Menu";
import { PersonMenu } from "./PersonMenu";
import { ShortcutSheet } from "./ShortcutSheet";
import { LanguageMenu, ThemeMenu } from "./TopBarMenus";
import { useGlobalShortcuts } from "./useGlobalShortcuts";
import { WorkspaceSwitch } from "./WorkspaceSwitch";

export function Frame() {
  const { t } = useLingui();
  const me = useMe();
  const [menuOpen, menu] = useDisclosure(false);
  const [sheetOpen, sheet] = useDisclosure(false);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  setFormatContext({ timeZone: me.workspace.time_zone, currency: me.workspace.currency });
  useOwnScheme(me);
  useGlobalShortcuts(sheet.open);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the place changes
  useEffect(() => menu.close(), [pathname]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 224, breakpoint: "sm", collapsed: { mobile: !menuOpen } }}
      padding={{ base: "md", md: "lg" }}
    >
      <a href="#main" className={classes.skip}>
        <Trans>Skip to the content</Trans>
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger
              opened={menuOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={menuOpen ? t`Close the menu` : t`Open the menu`}
              aria-expanded={menuOpen}
            />
            <Brand />
            <WorkspaceSwitch />
          </Group>
          <Group gap={6} wrap="nowrap">
            <PaletteButton />
            <Box visibleFrom="xs">
              <LanguageMenu />
            </Box>
            <Box visibleFrom="xs">
              <ThemeMenu />
            </Box>
            <PersonMenu onShortcuts={sheet.open} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t`Main menu`}>
        <ScrollArea type="auto" scrollbarSize={6}>
          <Menu />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <Box maw={1280} mx="auto" key={me.workspace.id}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </Box>
      </AppShell.Main>
      <CommandPalette />
      <ShortcutSheet opened={sheetOpen} onClose={sheet.close} />
    </AppShell>
  );
}
