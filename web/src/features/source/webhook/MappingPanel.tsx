/** The mapping of a webhook: rules, a payload to click in, and the events they would make, side by side. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Accordion, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconWand } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorPanel } from "@/ui/states";
import { toastDone, toastOffer } from "@/ui/toast";
import { changeConnection, payloadsQuery, tryQuery } from "../connect/queries";
import type { Connection, Payload, Rule } from "../connect/types";
import { cleanRule, RULES_MAX } from "./model";
import { PayloadTree } from "./PayloadTree";
import { RuleCard, type Sample } from "./RuleCard";
import { SamplePicker } from "./SamplePicker";
import { suggestRule } from "./suggest";
import { TryOut } from "./TryOut";
import { useMapping } from "./useMapping";
import { useReplay } from "./useReplay";
import { useRuleTitle } from "./useRuleTitle";
import classes from "./webhook.module.css";

const REST_MS = 300;

const rulesOf = ({ definition }: Connection): Rule[] => (definition.kind === "webhook" ? definition.mapping.rules : []);

export function MappingPanel({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const mapping = useMapping(rulesOf(connection));
  const payloads = useQuery(payloadsQuery(connection.id));
  const [sample, setSample] = useState<Sample | null>(null);
  const latest = payloads.data?.items[0];
  // The one to work with stays the same while others come in.
  const [held, hold] = useState<Payload | undefined>(latest);
  useEffect(() => hold((before) => before ?? latest), [latest]);
  const stays = useMemo(() => (held ? { payload: held.body, headers: held.headers } : null), [held]);
  const shown = sample ?? stays;
  const clean = useMemo(() => mapping.rules.map(cleanRule), [mapping.rules]);
  const [asked] = useDebouncedValue(clean, REST_MS);
  const tried = useQuery(tryQuery(asked, shown));
  const problems = tried.data?.results[0]?.problems ?? [];
  const { save, offer } = useSave(connection, clean, mapping.saved);
  useShortcut("mod+s", t`Save`, () => mayWrite && mapping.dirty && save.mutate());
  return (
    <Stack gap="md">
      {save.error && <ErrorPanel error={save.error} />}
      <div className={classes.columns}>
        <Panel title={t`Events`} note={t`What is made of each payload.`}>
          <Stack gap="md">
            <Rules mapping={mapping} sample={shown} problems={problems} />
            <Group gap="sm">
              <Button disabled={!mapping.dirty || !mayWrite} loading={save.isPending} onClick={() => save.mutate()}>
                <Trans>Save the mapping</Trans>
              </Button>
              <Text size="sm" c="dimmed" role="status">
                {mapping.dirty && <Trans>Not saved yet</Trans>}
              </Text>
              {offer}
            </Group>
          </Stack>
        </Panel>
        <Panel title={t`A payload`} note={t`Click a value and say what it is.`}>
          <Stack gap="sm">
            <SamplePicker payloads={payloads.data?.items ?? []} first={held} onSample={setSample} />
            {shown && mapping.rules.length > 0 && <PayloadTree payload={shown.payload} mapping={mapping} />}
            {shown && mapping.rules.length === 0 && (
              <EmptyState
                title={t`What does this mean?`}
                text={t`Tutti looks at the names in the payload and makes a first mapping. You look at it and put it right.`}
                actions={
                  <>
                    <Button
                      leftSection={<IconWand size={16} aria-hidden />}
                      disabled={!mayWrite}
                      onClick={() => mapping.add(suggestRule(shown.payload, shown.headers))}
                    >
                      <Trans>Suggest a mapping</Trans>
                    </Button>
                    <Button variant="default" disabled={!mayWrite} onClick={() => mapping.add()}>
                      <Trans>Begin with nothing</Trans>
                    </Button>
                  </>
                }
              />
            )}
          </Stack>
        </Panel>
        <Panel title={t`What it becomes`} note={t`Nothing is stored here: it only shows what would happen.`}>
          {mapping.rules.length > 0 && shown ? (
            <TryOut tried={tried} />
          ) : (
            <Text size="sm" c="dimmed">
              <Trans>The events appear here as you make the mapping.</Trans>
            </Text>
          )}
        </Panel>
      </div>
    </Stack>
  );
}

type RulesProps = {
  mapping: ReturnType<typeof useMapping>;
  sample: Sample | null;
  problems: Parameters<typeof RuleCard>[0]["problems"];
};

function Rules({ mapping, sample, problems }: RulesProps) {
  const title = useRuleTitle(sample);
  const mayWrite = useCan("source.write");
  if (mapping.rules.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        <Trans>Without a mapping what comes in is kept and becomes no event.</Trans>
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      <Accordion
        variant="contained"
        value={String(mapping.current)}
        onChange={(open) => mapping.open(open === null ? -1 : Number(open))}
        keepMounted={false}
      >
        {mapping.rules.map((rule, index) => (
          <Accordion.Item key={index} value={String(index)}>
            <Accordion.Control>
              <Title order={3} size="h6" component="span" style={{ overflowWrap: "anywhere" }}>
                {title(rule, index)}
              </Title>
            </Accordion.Control>
            <Accordion.Panel>
              <RuleCard mapping={mapping} index={index} rule={rule} sample={sample} problems={problems} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={!mayWrite || mapping.rules.length >= RULES_MAX}
          onClick={() => mapping.add()}
        >
          <Trans>Add another event</Trans>
        </Button>
      </div>
    </Stack>
  );
}

/** Saves, and offers to replay what was kept while there was no mapping, or a wrong one. */
function useSave(connection: Connection, rules: Rule[], onSaved: () => void) {
  const { t } = useLingui();
  const replay = useReplay(connection);
  const mayWrite = useCan("source.write");
  const waiting = connection.failed_payloads > 0 && rulesOf(connection).length > 0;
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      const { definition } = connection;
      if (definition.kind !== "webhook") throw new Error("not a webhook");
      return changeConnection(connection.id, { definition: { ...definition, mapping: { rules } } });
    },
    onSuccess: (saved) => {
      onSaved();
      if (saved.failed_payloads === 0) return toastDone(t`Saved`);
      toastOffer({
        message: t`Saved. What was kept can be replayed with it.`,
        label: t`Replay`,
        act: () => replay.mutate(undefined),
      });
    },
  });
  const offer = waiting && mayWrite && (
    <Button size="sm" variant="default" loading={replay.isPending} onClick={() => replay.mutate(undefined)}>
      <Trans>Replay what was kept</Trans>
    </Button>
  );
  return { save, offer };
}
