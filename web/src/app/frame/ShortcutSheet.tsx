/** The list of what the keyboard can do here, made from what is bound right now. */

import { useLingui } from "@lingui/react/macro";
import { Box, Group, Kbd, Modal, SimpleGrid, Stack, Switch, Text, Title } from "@mantine/core";
import { type Shortcut, setSingleKeys, singleKeysOn, useShortcuts } from "@/lib/shortcuts";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

function Keys({ keys }: { keys: string }) {
  const show = (key: string) =>
    key
      .split("+")
      .map(
        (part) =>
          ({ mod: IS_MAC ? "⌘" : "Ctrl", shift: IS_MAC ? "⇧" : "Shift", alt: "Alt" })[part] ?? part.toUpperCase(),
      )
      .join(IS_MAC ? "" : " + ");
  return (
    <Group gap={4} wrap="nowrap">
      {keys.split(" ").map((key, index) => (
        <Kbd key={index}>{show(key)}</Kbd>
      ))}
    </Group>
  );
}

export function ShortcutSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const shortcuts = useShortcuts();
  const titles: Record<string, string> = {
    everywhere: t`Everywhere`,
    go: t`Go to`,
    page: t`On this page`,
    list: t`In lists`,
    edit: t`While editing`,
  };
  const palette: Shortcut = { keys: "mod+k", label: t`Search and commands`, group: "everywhere", run: () => {} };
  const all = [palette, ...shortcuts];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t`Keyboard shortcuts`}
      size="lg"
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {Object.entries(titles).map(([group, title]) => {
            const mine = all.filter((shortcut) => shortcut.group === group);
            if (mine.length === 0) return null;
            return (
              <Box key={group}>
                <Title order={3} size="h6" mb={6}>
                  {title}
                </Title>
                <Stack gap={6}>
                  {mine.map((shortcut) => (
                    <Group key={shortcut.keys} justify="space-between" wrap="nowrap">
                      <Text size="sm">{shortcut.label}</Text>
                      <Keys keys={shortcut.keys} />
                    </Group>
                  ))}
                </Stack>
              </Box>
            );
          })}
        </SimpleGrid>
        <Switch
          label={t`Shortcuts of a single key`}
          description={t`Switch off when speech input or your own tools press keys by accident.`}
          defaultChecked={singleKeysOn()}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}
