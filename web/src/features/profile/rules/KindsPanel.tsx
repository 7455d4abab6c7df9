/** By what a customer is recognised, strongest first: on or off, how many, and which values never count. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, List, Spoiler, Stack, Text, VisuallyHidden } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Panel } from "@/ui/Panel";
import { AddKind } from "./AddKind";
import { KindRow } from "./KindRow";
import { addKind, canMove, linesOf, move, OTHERS, placeOf, removeKind, withKind } from "./model";
import classes from "./rules.module.css";
import type { Rules, RulesView } from "./types";
import { mistakesOf, useKindName, useRuleMistakes } from "./words";

export type SectionProps = {
  rules: Rules;
  edit: (rules: Rules) => void;
  view: RulesView;
  mayWrite: boolean;
  /** What the last save was refused for. */
  refusal: unknown;
};

export function KindsPanel({ rules, edit, view, mayWrite, refusal }: SectionProps) {
  const { t } = useLingui();
  const name = useKindName();
  const words = useRuleMistakes();
  const [adding, setAdding] = useState(false);
  const [said, setSaid] = useState("");
  const lines = linesOf(rules);
  const mistakeOf = (key: string) => {
    const found = mistakesOf(refusal).find((one) => {
      const place = placeOf(rules, one.pointer);
      return place !== null && "kind" in place && place.kind === key;
    });
    return found && words(found.code, found.detail);
  };
  const mover = (key: string, by: -1 | 1) => {
    if (!mayWrite || !canMove(lines, key, by)) return null;
    return () => {
      const next = move(rules, key, by);
      const place = linesOf(next).findIndex((line) => line.key === key) + 1;
      const what = name(key);
      setSaid(t`${what} is number ${place} now`);
      edit(next);
    };
  };
  return (
    <Panel
      title={t`What a customer is recognised by`}
      note={t`Strongest first. When one event names two customers, the stronger one decides whose it is.`}
      flush
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={!mayWrite}
          title={mayWrite ? undefined : t`Your role may not change this.`}
          onClick={() => setAdding(true)}
        >
          <Trans>A kind of your own</Trans>
        </Button>
      }
    >
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      <ol className={classes.list} aria-label={t`What a customer is recognised by`}>
        {lines.map((line, place) => (
          <KindRow
            key={line.key}
            line={line}
            place={place}
            others={rules.other_kinds}
            limits={view.limits}
            disabled={!mayWrite}
            mistake={mistakeOf(line.key)}
            up={mover(line.key, -1)}
            down={mover(line.key, 1)}
            onChange={(change) =>
              edit(
                line.key === OTHERS
                  ? { ...rules, other_kinds: { ...rules.other_kinds, ...change } }
                  : withKind(rules, line.key, change),
              )
            }
            onRemove={line.rule?.custom ? () => edit(removeKind(rules, line.key)) : null}
          />
        ))}
      </ol>
      <BuiltIn view={view} />
      {adding && (
        <AddKind
          rules={rules}
          most={view.limits.custom_kinds_max}
          onClose={() => setAdding(false)}
          onAdd={(kind) => {
            edit(addKind(rules, kind));
            setAdding(false);
          }}
        />
      )}
    </Panel>
  );
}

/** Of small text in a list: a line that is cut in half looks broken. */
const THREE_LINES_PX = 57;

/** What never names anybody, whatever is set. */
function BuiltIn({ view }: { view: RulesView }) {
  const { t } = useLingui();
  const { values, mailboxes } = view.built_in_blocked;
  const words = values.join(", ");
  const beginnings = mailboxes.join(", ");
  return (
    <Stack gap={4} p="md" style={{ borderTop: "1px solid var(--mantine-color-default-border)" }}>
      <Text size="sm" fw={550}>
        <Trans>Never taken, whatever you set</Trans>
      </Text>
      <Spoiler maxHeight={THREE_LINES_PX} showLabel={t`Show all`} hideLabel={t`Show less`}>
        <List size="sm">
          <List.Item style={{ overflowWrap: "anywhere" }}>
            <Trans>Values that stand for nobody: {words}</Trans>
          </List.Item>
          <List.Item style={{ overflowWrap: "anywhere" }}>
            <Trans>E-mail addresses that begin with: {beginnings}</Trans>
          </List.Item>
        </List>
      </Spoiler>
    </Stack>
  );
}
