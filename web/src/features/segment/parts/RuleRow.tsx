/** One rule as a line that reads like a sentence. */
import { useLingui } from "@lingui/react/macro";
import { Badge, Box, Group, Text } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { type Leaf, namedAt, type Rule } from "../model";
import { useWarningWords } from "../words";
import classes from "./builder.module.css";
import { useBuilder } from "./builder-context";
import { ConsentFields } from "./ConsentFields";
import { EventFields } from "./EventFields";
import { NodeTools } from "./NodeTools";
import { ReachableFields, SegmentFields } from "./OtherFields";
import { SampleFields } from "./SampleFields";
import { SequenceBody, SequenceHead } from "./SequenceFields";
import { TraitFields } from "./TraitFields";

export function RuleRow({ rule, lead }: { rule: Rule; lead: string }) {
  const { t } = useLingui();
  const builder = useBuilder();
  const warningWords = useWarningWords();
  const row = useRef<HTMLDivElement>(null);
  const { leaf } = rule;
  const setLeaf = (next: Leaf) => builder.replace({ ...rule, leaf: next });
  const isNewest = builder.newest === rule.id;
  useEffect(() => {
    if (isNewest) row.current?.querySelector<HTMLElement>("input, select")?.focus();
  }, [isNewest]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    builder.move(rule.id, event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex line in every browser
    <div ref={row} role="group" aria-label={t`Rule`} className={classes.rule} onKeyDown={onKeyDown}>
      <Group gap={6} align="flex-start" wrap="nowrap">
        <Group gap={6} style={{ flex: 1, minWidth: 0 }}>
          <Text size="sm" c="dimmed" className={classes.lead}>
            {lead}
          </Text>
          {rule.negated && <Badge color="orange" variant="light">{t`not`}</Badge>}
          <Fields leaf={leaf} onChange={setLeaf} />
        </Group>
        <NodeTools node={rule} />
      </Group>
      {"sequence" in leaf && <SequenceBody sequence={leaf.sequence} onChange={(sequence) => setLeaf({ sequence })} />}
      {builder.warnings.get(rule.id)?.map((warning) => (
        <Box key={`${warning.pointer} ${warning.code}`} pt={4}>
          <Text size="sm" c="var(--mantine-color-orange-text)">
            {warningWords(warning, namedAt(leaf, warning.pointer))}
          </Text>
        </Box>
      ))}
    </div>
  );
}

function Fields({ leaf, onChange }: { leaf: Leaf; onChange: (leaf: Leaf) => void }) {
  const { self } = useBuilder();
  if ("trait" in leaf) return <TraitFields trait={leaf.trait} onChange={(trait) => onChange({ trait })} />;
  if ("event" in leaf) return <EventFields event={leaf.event} onChange={(event) => onChange({ event })} />;
  if ("sequence" in leaf)
    return <SequenceHead sequence={leaf.sequence} onChange={(sequence) => onChange({ sequence })} />;
  if ("sample" in leaf) return <SampleFields sample={leaf.sample} onChange={(sample) => onChange({ sample })} />;
  if ("consent" in leaf) return <ConsentFields consent={leaf.consent} onChange={(consent) => onChange({ consent })} />;
  if ("reachable" in leaf) {
    return (
      <ReachableFields channel={leaf.reachable.channel} onChange={(channel) => onChange({ reachable: { channel } })} />
    );
  }
  return <SegmentFields segment={leaf.segment} self={self} onChange={(segment) => onChange({ segment })} />;
}
