/** What the mapping would make of a payload: the events, or the reason why there are none. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import type { JsonObject } from "@/api/types";
import * as format from "@/lib/format";
import { JsonView } from "@/ui/copy";
import { ErrorPanel, Loading } from "@/ui/states";
import type { CallType, Tried } from "../connect/types";
import { type Fact, factsOf } from "./events";
import type { Field } from "./model";
import classes from "./webhook.module.css";
import { useCallTypes, useFieldLabels, useProblemWords } from "./words";

type Props = { tried: { data: Tried | undefined; error: unknown; isFetching: boolean; refetch: () => unknown } };

export function TryOut({ tried }: Props) {
  const { t } = useLingui();
  const words = useProblemWords();
  if (tried.error) return <ErrorPanel error={tried.error} retry={() => void tried.refetch()} />;
  const result = tried.data?.results[0];
  if (!result) return tried.isFetching ? <Loading rows={3} /> : null;
  return (
    <Stack gap="sm" aria-busy={tried.isFetching}>
      {result.outcome === "events" && (
        <Alert icon={<IconCircleCheck />} color="teal" role="status">
          <Plural
            value={result.events.length}
            one="This payload becomes # event."
            other="This payload becomes # events."
          />
        </Alert>
      )}
      {result.outcome === "nothing" && (
        <Alert icon={<IconInfoCircle />} color="blue" role="status">
          <Trans>No rule fits this payload: it is kept and becomes no event.</Trans>
        </Alert>
      )}
      {result.outcome === "failed" && (
        <Alert icon={<IconAlertTriangle />} color="red" title={t`This would not work yet`} role="status">
          <Stack gap={4}>
            {result.problems.map((problem) => (
              <Problem key={problem.pointer + problem.code} pointer={problem.pointer} text={words(problem)} />
            ))}
          </Stack>
        </Alert>
      )}
      {result.events.map((event, index) => (
        <EventCard key={index} event={event} />
      ))}
    </Stack>
  );
}

function Problem({ pointer, text }: { pointer: string; text: string }) {
  const { t } = useLingui();
  const index = /^\/rules\/(\d+)/.exec(pointer)?.[1];
  const number = index === undefined ? "" : format.number(Number(index) + 1);
  return <Text size="sm">{number ? t`Event ${number}: ${text}` : text}</Text>;
}

/** What the calls of an event are called in the rules. */
const FIELD_OF: Record<string, Field> = {
  userId: "user_id",
  anonymousId: "anonymous_id",
  groupId: "group_id",
  previousId: "previous_id",
  timestamp: "timestamp",
  email: "email",
  phone: "phone",
};

function EventCard({ event }: { event: JsonObject }) {
  const { t } = useLingui();
  const types = useCallTypes();
  const labels = useFieldLabels();
  const { type, name, who, details } = factsOf(event);
  const ids = who.map(([field, value]): Fact => {
    const known = FIELD_OF[field];
    return [known ? labels[known].label : field, value];
  });
  const facts = [...ids, ...details];
  return (
    <Paper withBorder radius="md" p="sm">
      <Group gap="xs" mb="xs">
        <Text fw={600} style={{ overflowWrap: "anywhere" }}>
          {name || types[type as CallType]?.label || type}
        </Text>
        {name && <Badge variant="default">{types[type as CallType]?.label ?? type}</Badge>}
      </Group>
      {facts.length > 0 && (
        <dl className={classes.facts}>
          {facts.map(([label, value], index) => (
            <FactLine key={index} label={label} value={format.value(value)} />
          ))}
        </dl>
      )}
      <details>
        <summary>
          <Text span size="sm" c="dimmed">
            {t`As JSON`}
          </Text>
        </summary>
        <JsonView value={event} label={t`The event as JSON`} />
      </details>
    </Paper>
  );
}

function FactLine({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
