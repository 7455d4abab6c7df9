import { useLingui } from "@lingui/react/macro";
import { Box, Button, Menu, Text } from "@mantine/core";
import {
  IconActivity,
  IconArrowsShuffle,
  IconBraces,
  IconChecks,
  IconFilter,
  IconListNumbers,
  IconPlus,
  IconSend,
  IconUserSearch,
} from "@tabler/icons-react";
import { type LeafKind, newGroup, newRule } from "../model";
import { useKindWords } from "../words";
import { useBuilder } from "./builder-context";

const ICONS = {
  event: IconActivity,
  sequence: IconListNumbers,
  trait: IconUserSearch,
  reachable: IconSend,
  consent: IconChecks,
  segment: IconFilter,
  sample: IconArrowsShuffle,
} satisfies Record<LeafKind, unknown>;

const ORDER: LeafKind[] = ["event", "sequence", "trait", "reachable", "consent", "segment", "sample"];

type Props = { groupId: string; withGroup: boolean; primary: boolean };

export function AddMenu({ groupId, withGroup, primary }: Props) {
  const { t } = useLingui();
  const words = useKindWords();
  const builder = useBuilder();
  return (
    <Box>
      <Menu position="bottom-start" width={340} returnFocus={false}>
        <Menu.Target>
          <Button size="xs" variant={primary ? "filled" : "light"} leftSection={<IconPlus size={14} aria-hidden />}>
            {t`Add a rule`}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ORDER.map((kind) => {
            const Look = ICONS[kind];
            return (
              <Menu.Item
                key={kind}
                leftSection={<Look size={18} stroke={1.7} aria-hidden />}
                onClick={() => builder.add(groupId, newRule(kind))}
              >
                {words[kind].name}
                <Text size="xs" opacity={0.8}>
                  {words[kind].about}
                </Text>
              </Menu.Item>
            );
          })}
          {withGroup && (
            <>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconBraces size={18} stroke={1.7} aria-hidden />}
                onClick={() => builder.add(groupId, newGroup("any"))}
              >
                {t`Group`}
                <Text size="xs" opacity={0.8}>
                  {t`rules of which at least one, or all, must fit`}
                </Text>
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Box>
  );
}
