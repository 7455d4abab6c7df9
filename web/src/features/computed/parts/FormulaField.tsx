/** A formula over other attributes: what could be meant is offered while typing, and a mistake is shown where it stands. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Code, Group, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { traitsQuery } from "@/api/query";
import { numbersFirst } from "@/lib/event-condition";
import { around, FUNCTIONS, insertAt, namesIn, placeOf, suggestions, wordAt, written } from "../formula";
import { type Mistake, useMistakeWords } from "../words";
import classes from "./computed.module.css";

/** More than these nobody reads. */
const OFFERED_MAX = 8;

type Props = { formula: string; onChange: (formula: string) => void; mistake: Mistake | null; self: string };

export function FormulaField({ formula, onChange, mistake, self }: Props) {
  const { t } = useLingui();
  const area = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(formula.length);
  /** Where the caret goes once the inserted text is drawn. */
  const [goal, setGoal] = useState<number | null>(null);
  const traits = useQuery(traitsQuery);
  const words = useMistakeWords();
  const names = numbersFirst(traits.data?.items ?? [])
    .map((item) => item.name)
    .filter((name) => name !== self);
  const word = wordAt(formula, Math.min(caret, formula.length));
  const offered = suggestions(names, word.text, OFFERED_MAX);
  const functions = suggestions([...FUNCTIONS], word.text, FUNCTIONS.length);
  const unknown = traits.data ? namesIn(formula).filter((name) => !names.includes(name)) : [];
  const unknownList = unknown.join(", ");
  useLayoutEffect(() => {
    if (goal === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(goal, goal);
    setGoal(null);
  }, [goal]);
  const insert = (text: string) => {
    const next = insertAt(formula, Math.min(caret, formula.length), text);
    onChange(next.formula);
    setCaret(next.caret);
    setGoal(next.caret);
  };
  return (
    <Stack gap="xs">
      <Textarea
        ref={area}
        label={t`Formula`}
        description={t`Numbers, + - * / and brackets, attributes by name. When one of them is not known, there is no result.`}
        placeholder="total_revenue / order_count"
        className={classes.formula}
        autosize
        minRows={2}
        maxLength={2000}
        spellCheck={false}
        autoCapitalize="off"
        value={formula}
        error={mistake ? words(mistake.code, mistake.detail) : undefined}
        onChange={(event) => {
          onChange(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
      />
      {mistake && <Place formula={formula.trim()} detail={mistake.detail} />}
      {!mistake && unknown.length > 0 && (
        <Text size="sm" c="var(--mantine-color-orange-text)">
          <Trans>Not known of anybody yet: {unknownList}</Trans>
        </Text>
      )}
      <Offers label={t`Attributes to put in`} names={offered} onPick={(name) => insert(written(name))} />
      <Offers label={t`Functions to put in`} names={functions} onPick={(name) => insert(`${name}(`)} mark="()" />
    </Stack>
  );
}

type OffersProps = { label: string; names: string[]; mark?: string; onPick: (name: string) => void };

function Offers({ label, names, mark = "", onPick }: OffersProps) {
  if (names.length === 0) return null;
  return (
    <Group gap={4} role="group" aria-label={label}>
      <Text size="xs" c="dimmed" w="100%">
        {label}
      </Text>
      {names.map((name) => (
        <Button key={name} size="compact-sm" fz="xs" variant="default" fw={400} maw="100%" onClick={() => onPick(name)}>
          {name + mark}
        </Button>
      ))}
    </Group>
  );
}

/** The formula once more, with the place of the mistake underlined, and the server's own words. */
function Place({ formula, detail }: { formula: string; detail: string }) {
  const place = placeOf(detail);
  const parts = place === null ? null : around(formula, place);
  return (
    <Box>
      {parts && (
        <Code style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {parts.before}
          <mark className={classes.mark}>{parts.at.trim() ? parts.at : "\u00a0"}</mark>
          {parts.after}
        </Code>
      )}
      <Text size="xs" c="dimmed">
        {detail}
      </Text>
    </Box>
  );
}
