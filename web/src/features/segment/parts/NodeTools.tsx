/** The count of a rule or group, and what can be done with it. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, Menu, Text, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconCopy, IconDots, IconExclamationMark, IconTrash } from "@tabler/icons-react";
import * as format from "@/lib/format";
import { isComplete, type Node } from "../model";
import { useBuilder } from "./builder-context";

export function NodeTools({ node, isRoot = false }: { node: Node; isRoot?: boolean }) {
  const { t } = useLingui();
  const builder = useBuilder();
  const count = builder.counts.get(node.id);
  const unfinished = node.type === "rule" && !isComplete(node.leaf);
  return (
    <Group gap={4} wrap="nowrap" ml="auto">
      {unfinished ? (
        <Text size="xs" c="dimmed">
          {t`not finished`}
        </Text>
      ) : (
        count !== undefined && (
          <Tooltip label={t`People this part fits by itself`}>
            <Text size="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}>
              {format.number(count)}
            </Text>
          </Tooltip>
        )
      )}
      {!isRoot && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t`More for this part`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconExclamationMark size={15} aria-hidden />}
              onClick={() => builder.replace({ ...node, negated: !node.negated })}
            >
              {node.negated ? t`Take back “not”` : t`Turn around: not`}
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => builder.duplicate(node.id)}>
              {t`Duplicate`}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconArrowUp size={15} aria-hidden />}
              rightSection={<Text size="xs">Alt ↑</Text>}
              onClick={() => builder.move(node.id, -1)}
            >
              {t`Move up`}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconArrowDown size={15} aria-hidden />}
              rightSection={<Text size="xs">Alt ↓</Text>}
              onClick={() => builder.move(node.id, 1)}
            >
              {t`Move down`}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {!isRoot && (
        <Tooltip label={t`Remove`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t`Remove this part`}
            onClick={() => builder.remove(node.id)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}
