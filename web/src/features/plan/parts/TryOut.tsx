/** What would happen to an example: checked as the door would, without sending it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Code, Group, List, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { detailOf, useViolationWords } from "@/lib/violation-words";
import { JsonView } from "@/ui/copy";
import { ErrorPanel } from "@/ui/states";
import { type Draft, draftBody, parseObject, pretty, sampleCall } from "../model";
import { check } from "../queries";
import type { Checked } from "../types";
import { useVerdictWords } from "../words";
import classes from "./plan.module.css";

function example(draft: Draft): string {
  const { kind, name } = draftBody(draft);
  return pretty(sampleCall({ kind, name }, draft.content.as === "form" ? draft.content.properties : []));
}

export function TryOut({ draft }: { draft: Draft }) {
  const { t } = useLingui();
  const [text, setText] = useState(() => example(draft));
  const sample = parseObject(text);
  const tried = useMutation({
    meta: { quiet: true },
    mutationFn: () => check(draftBody(draft), sample),
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        <Trans>Paste an event as your website or app sends it. Nothing is sent or kept.</Trans>
      </Text>
      <Textarea
        className={classes.code}
        label={t`Example event`}
        autosize
        minRows={8}
        maxRows={24}
        spellCheck={false}
        value={text}
        error={sample ? undefined : t`This is not a JSON object`}
        onChange={(event) => {
          tried.reset();
          setText(event.currentTarget.value);
        }}
      />
      <Group gap="xs">
        <Button disabled={!sample} loading={tried.isPending} onClick={() => tried.mutate()}>
          <Trans>Try it</Trans>
        </Button>
        <Button variant="subtle" color="gray" onClick={() => setText(example(draft))}>
          <Trans>Make an example that fits</Trans>
        </Button>
      </Group>
      {tried.error && <ErrorPanel error={tried.error} />}
      {tried.data && <Outcome checked={tried.data} />}
    </Stack>
  );
}

function Outcome({ checked }: { checked: Checked }) {
  const { t } = useLingui();
  const verdict = useVerdictWords()[checked.verdict];
  const words = useViolationWords();
  return (
    <Stack gap="sm" role="status">
      <Alert color={verdict.color} title={verdict.title}>
        {checked.violations.length === 0 ? (
          <Trans>It is as planned.</Trans>
        ) : (
          <List size="sm" spacing={4}>
            {checked.violations.map((one) => (
              <List.Item key={one.code + one.pointer}>
                {words(one)} {one.pointer && <Code>{one.pointer}</Code>}
                <Text size="xs" c="dimmed" lang="en">
                  {detailOf(one, words(one)).message}
                </Text>
              </List.Item>
            ))}
          </List>
        )}
      </Alert>
      {checked.kept !== null && (
        <div>
          <Text size="sm" fw={500} mb={4}>
            <Trans>What would be kept</Trans>
          </Text>
          <JsonView value={checked.kept} label={t`What would be kept`} />
        </div>
      )}
    </Stack>
  );
}
