/** What arrives and is not planned: tick what should be, and it is planned as it arrives. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import * as format from "@/lib/format";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { toastDone, toastOffer } from "@/ui/toast";
import { refKey } from "../model";
import { ADOPT_MAX, adopt, refresh, suggestionsQuery } from "../queries";
import type { Adopted, EventRef, Suggestions } from "../types";
import classes from "./plan.module.css";
import { SuggestionCard } from "./SuggestionCard";

export function SuggestionList() {
  const mayLook = useCan("event.read");
  const suggestions = useQuery({ ...suggestionsQuery, enabled: mayLook });
  if (!mayLook) {
    return (
      <Text size="sm" c="dimmed">
        <Trans>Your role may not see which events arrive.</Trans>
      </Text>
    );
  }
  return <QueryView query={suggestions}>{(data) => <List suggestions={data} />}</QueryView>;
}

function useAdopt(onDone: () => void) {
  const { t } = useLingui();
  const go = useGo();
  const say = ({ adopted, skipped }: Adopted) => {
    const [first] = adopted;
    const count = format.number(adopted.length);
    const left = format.number(skipped.length);
    if (!first) toastDone(t`Nothing was planned: it was planned already, or is not there any more`);
    else if (adopted.length === 1) {
      const act = () => go(paths.planned(first.id));
      toastOffer({ message: t`Planned. Look whether it says what you mean.`, label: t`Open`, act });
    } else if (skipped.length > 0) toastDone(t`${count} events are planned, ${left} were left out`);
    else toastDone(t`${count} events are planned`);
  };
  return useMutation({
    mutationFn: (events: EventRef[]) => adopt(events.slice(0, ADOPT_MAX).map(({ kind, name }) => ({ kind, name }))),
    onSuccess: async (answer) => {
      say(answer);
      onDone();
      await refresh();
    },
  });
}

function List({ suggestions: { items, sampled } }: { suggestions: Suggestions }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const plan = useAdopt(() => setTicked(new Set()));
  const chosen = items.filter((one) => ticked.has(refKey(one)));
  const tick = (key: string, on: boolean) =>
    setTicked((before) => new Set(on ? [...before, key] : [...before].filter((one) => one !== key)));
  if (items.length === 0) {
    return (
      <Panel>
        <EmptyState
          icon={<IconActivity />}
          title={sampled === 0 ? t`No event has arrived yet` : t`Everything that arrives is planned`}
          text={
            sampled === 0
              ? t`As soon as a source sends events they are proposed here, with the types of their properties.`
              : t`New kinds of events are proposed here as soon as they arrive.`
          }
          actions={sampled === 0 && <LinkButton to={paths.sources()}>{t`Connect a source`}</LinkButton>}
        />
      </Panel>
    );
  }
  const sampledText = format.number(sampled);
  return (
    <Stack gap="md">
      <Paper withBorder radius="md" px="md" py="sm" className={chosen.length > 0 ? classes.sticky : undefined}>
        <Group gap="sm">
          <Text size="sm" className={classes.name}>
            <Trans>
              From the last {sampledText} events. A property that was always there is proposed as required. Everything
              can be changed afterwards.
            </Trans>
          </Text>
          {mayWrite && (
            <Group gap="xs">
              {chosen.length > 0 && (
                <Button loading={plan.isPending} onClick={() => plan.mutate(chosen)}>
                  <Plural value={chosen.length} one="Plan # event" other="Plan # events" />
                </Button>
              )}
              <Button
                variant={chosen.length > 0 ? "default" : "filled"}
                loading={plan.isPending}
                onClick={() => plan.mutate(items)}
              >
                <Plural value={Math.min(items.length, ADOPT_MAX)} one="Plan it" other="Plan all #" />
              </Button>
            </Group>
          )}
        </Group>
      </Paper>
      <ul className={classes.list} aria-label={t`Suggestions`}>
        {items.map((one) => {
          const key = refKey(one);
          return (
            <li key={key}>
              <SuggestionCard
                suggestion={one}
                ticked={ticked.has(key)}
                onTick={(on) => tick(key, on)}
                onPlan={() => plan.mutate([one])}
                busy={plan.isPending}
                mayWrite={mayWrite}
              />
            </li>
          );
        })}
      </ul>
    </Stack>
  );
}
