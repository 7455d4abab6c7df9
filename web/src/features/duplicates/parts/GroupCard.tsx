/** A few customers that may be one person: side by side, why, and what to do about it. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Checkbox, Paper, Radio, Group as Row, Text, Title } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import * as format from "@/lib/format";
import { canMerge, namesOf, sureness, withPerson } from "../model";
import type { Group } from "../types";
import { useDecide } from "../useDecide";
import type { Groups } from "../useGroups";
import { useShareText, useSurenessWords } from "../words";
import classes from "./duplicates.module.css";
import { PersonCard } from "./PersonCard";
import { Why } from "./Why";

type Props = {
  group: Group;
  groups: Groups;
  mayWrite: boolean;
  onLeave: () => void;
  keep: (element: HTMLElement | null) => void;
};

const COLORS = { almost_certain: "teal", very_likely: "teal", likely: "blue", possible: "gray" } as const;

export function GroupCard({ group, groups, mayWrite, onLeave, keep }: Props) {
  const { t } = useLingui();
  const sure = useSurenessWords();
  const share = useShareText();
  const [why, setWhy] = useState(false);
  const id = useId();
  const choice = groups.choiceOf(group);
  const { merge, reject } = useDecide(group, choice, onLeave);
  const names = namesOf(group.people, format.person);
  const heading = useHeading([...names.values()]);
  const level = sureness(group.probability);
  const words = sure[level];
  const several = group.people.length > 2;
  const busy = merge.isPending || reject.isPending;
  const cards = group.people.map((person) => {
    const isIn = choice.people.includes(person.id);
    const name = names.get(person.id) ?? "";
    return (
      <PersonCard key={person.id} person={person} name={name} out={!isIn}>
        {mayWrite && several && (
          <Checkbox
            size="sm"
            label={t`Same person`}
            aria-label={t`Same person: ${name}`}
            checked={isIn}
            onChange={(event) =>
              groups.choose(group, withPerson(group, choice, person.id, event.currentTarget.checked))
            }
          />
        )}
        {mayWrite && (
          <Radio
            size="sm"
            value={person.id}
            label={t`This one stays`}
            aria-label={t`This one stays: ${name}`}
            disabled={!isIn}
          />
        )}
      </PersonCard>
    );
  });
  return (
    <Paper
      withBorder
      radius="md"
      p="md"
      component="article"
      aria-labelledby={id}
      ref={keep}
      tabIndex={-1}
      className={classes.card}
    >
      <Row justify="space-between" gap="xs" align="flex-start">
        <Row gap="sm" align="flex-start" wrap="nowrap" className={classes.heading}>
          {mayWrite && (
            <Checkbox
              mt={2}
              aria-label={t`Select ${heading}`}
              checked={groups.isTicked(group)}
              onChange={(event) => groups.tick([group], event.currentTarget.checked)}
            />
          )}
          <Title order={3} size="h5" id={id} className={classes.words}>
            {heading}
          </Title>
        </Row>
        <Badge variant="light" color={COLORS[level]} h="auto" mih={22} styles={{ label: { whiteSpace: "normal" } }}>
          {`${words} · ${share(group.probability)}`}
        </Badge>
      </Row>
      {mayWrite ? (
        <Radio.Group
          mt="sm"
          aria-label={t`Which one stays`}
          value={choice.survivor}
          onChange={(survivor) => groups.choose(group, { ...choice, survivor })}
        >
          <div className={classes.people}>{cards}</div>
        </Radio.Group>
      ) : (
        <div className={`${classes.people} ${classes.apart}`}>{cards}</div>
      )}
      <Row mt="md" gap="xs">
        {mayWrite && (
          <>
            <Button
              size="sm"
              disabled={!canMerge(choice) || busy}
              loading={merge.isPending}
              onClick={() => merge.mutate()}
              aria-label={t`Same person: merge. ${heading}`}
            >
              <Trans>Same person: merge</Trans>
            </Button>
            <Button
              size="sm"
              variant="default"
              disabled={busy}
              loading={reject.isPending}
              onClick={() => reject.mutate()}
              aria-label={t`Not the same. ${heading}`}
            >
              <Trans>Not the same</Trans>
            </Button>
          </>
        )}
        <Button
          size="sm"
          variant="subtle"
          aria-expanded={why}
          aria-controls={why ? `${id}-why` : undefined}
          aria-label={t`Why? ${heading}`}
          leftSection={why ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
          onClick={() => setWhy(!why)}
        >
          <Trans>Why?</Trans>
        </Button>
        {mayWrite && several && (
          <Text size="sm" c="dimmed" role="status">
            {canMerge(choice) ? (
              <Plural value={choice.people.length} one="# person becomes one" other="# people become one" />
            ) : (
              <Trans>Tick at least two to merge them.</Trans>
            )}{" "}
            {choice.people.length < group.people.length && (
              <Trans>Whoever is not ticked counts as somebody else from then on.</Trans>
            )}
          </Text>
        )}
      </Row>
      {why && (
        <div id={`${id}-why`}>
          <Why group={group} names={names} />
        </div>
      )}
    </Paper>
  );
}

function useHeading(names: string[]): string {
  const { t } = useLingui();
  const [first = "", second = ""] = names;
  if (names.length <= 2) return t`${first} and ${second}`;
  const others = names.length - 1;
  return t`${first} and ${others} others`;
}
