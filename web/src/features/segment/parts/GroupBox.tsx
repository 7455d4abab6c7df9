/** A group of rules: all of them, or at least one. Groups stand in groups. */
import { useLingui } from "@lingui/react/macro";
import { Badge, Group, NativeSelect, Stack, Text } from "@mantine/core";
import type { Group as GroupNode } from "../model";
import { AddMenu } from "./AddMenu";
import classes from "./builder.module.css";
import { useBuilder } from "./builder-context";
import { NodeTools } from "./NodeTools";
import { RuleRow } from "./RuleRow";

/** Deeper than this nobody understands the sentence any more. */
const DEEPEST = 4;

export function GroupBox({ group, depth = 0 }: { group: GroupNode; depth?: number }) {
  const { t } = useLingui();
  const builder = useBuilder();
  const isRoot = depth === 0;
  const word = (index: number) => (index === 0 ? t`who` : group.join === "all" ? t`and` : t`or`);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out freely in every browser
    <div
      role="group"
      aria-label={t`Group of rules`}
      className={isRoot ? classes.group : `${classes.group} ${classes.nested}`}
    >
      <Group gap={8} mb={8}>
        <Text size="sm">{isRoot ? t`People who fit` : t`fit`}</Text>
        {group.negated && <Badge color="orange" variant="light">{t`not`}</Badge>}
        <NativeSelect
          aria-label={t`All rules or at least one`}
          size="xs"
          data={[
            { value: "all", label: t`all of these` },
            { value: "any", label: t`at least one of these` },
          ]}
          value={group.join}
          onChange={(change) => builder.replace({ ...group, join: change.currentTarget.value as "all" | "any" })}
        />
        {!isRoot && <NodeTools node={group} />}
      </Group>
      <Stack gap={8}>
        {group.children.map((node, index) =>
          node.type === "rule" ? (
            <RuleRow key={node.id} rule={node} lead={word(index)} />
          ) : (
            <Stack key={node.id} gap={4}>
              {index > 0 && (
                <Text size="sm" c="dimmed" pl={10}>
                  {word(index)}
                </Text>
              )}
              <GroupBox group={node} depth={depth + 1} />
            </Stack>
          ),
        )}
        <AddMenu groupId={group.id} withGroup={depth < DEEPEST} primary={isRoot && group.children.length === 0} />
      </Stack>
    </div>
  );
}
