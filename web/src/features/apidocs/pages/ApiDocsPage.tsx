/** The API reference, drawn from the description the running server gives of itself. Open to everybody, as that is. */
import { Trans, useLingui } from "@lingui/react/macro";
import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  ScrollArea,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { AppLink, PlainLink } from "@/ui/links";
import { EmptyState, QueryView } from "@/ui/states";
import { groupsOf, type OpenApi } from "../model";
import { Introduction } from "../parts/Introduction";
import { RouteList } from "../parts/RouteList";
import { RouteView } from "../parts/RouteView";
import { documentQuery } from "../queries";

export default function ApiDocsPage() {
  const document = useQuery(documentQuery);
  return <QueryView query={document}>{(data) => <Docs document={data} />}</QueryView>;
}

function Docs({ document }: { document: OpenApi }) {
  const { t } = useLingui();
  const [route] = useSearchValue("route");
  const [q, setQ] = useSearchValue("q");
  const [menuOpen, menu] = useDisclosure(false);
  const groups = groupsOf(document);
  const operation = groups.flatMap((group) => group.operations).find((one) => one.id === route);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another route begins at its top, with the list closed
  useEffect(() => {
    menu.close();
    window.scrollTo(0, 0);
  }, [route]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 330, breakpoint: "md", collapsed: { mobile: !menuOpen } }}
      padding={{ base: "md", md: "lg" }}
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={menuOpen}
              onClick={menu.toggle}
              hiddenFrom="md"
              size="sm"
              aria-label={menuOpen ? t`Close the menu` : t`Open the menu`}
              aria-expanded={menuOpen}
            />
            <PlainLink to={paths.home()} aria-label="Tutti">
              <img src="/favicon.svg" width={26} height={26} alt="" style={{ display: "block" }} />
            </PlainLink>
            <AppLink to={paths.apiDocs()} fw={600} c="var(--mantine-color-text)">
              <Trans>API reference</Trans>
            </AppLink>
            <Text size="sm" c="dimmed" visibleFrom="sm">
              {document.info.version}
            </Text>
          </Group>
          <LightOrDark />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t`Routes`} p="sm">
        <ScrollArea type="auto" scrollbarSize={6}>
          <RouteList groups={groups} current={route} q={q} onSearch={setQ} />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main maw={1300}>
        {operation ? (
          <RouteView key={operation.id} operation={operation} document={document} />
        ) : route ? (
          <EmptyState title={t`There is no route ${route}`} />
        ) : (
          <Introduction document={document} />
        )}
      </AppShell.Main>
    </AppShell>
  );
}

function LightOrDark() {
  const { t } = useLingui();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={t`Light or dark`}
      onClick={() => setColorScheme(dark ? "light" : "dark")}
    >
      {dark ? <IconSun size={19} stroke={1.7} /> : <IconMoon size={19} stroke={1.7} />}
    </ActionIcon>
  );
}
