/** The request with its values filled in: as a command, and sent from here. */
import { Trans, useLingui } from "@lingui/react/macro";
import {
  Alert,
  Badge,
  Button,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import * as format from "@/lib/format";
import { CodeBlock } from "@/ui/copy";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";
import { bodyOf, curlOf, type Filled, JSON_TYPE, needsKey, type OpenApi, type Operation } from "../model";
import { type Answer, send } from "../try";

/** Typed once for all routes, kept in this page only: never stored. */
let typedKey = "";

export function TryIt({ operation, document }: { operation: Operation; document: OpenApi }) {
  const { t } = useLingui();
  const sample = bodyOf(operation, document);
  const [key, setKey] = useState(typedKey);
  const [filled, setFilled] = useState<Filled>({
    parameters: {},
    body: sample?.text ?? "",
    bodyType: sample?.type ?? null,
  });
  const attempt = useMutation({ meta: { quiet: true }, mutationFn: () => send(operation, filled, key.trim()) });
  const missing = (operation.parameters ?? []).some(
    (one) => one.in === "path" && one.required && !filled.parameters[one.name],
  );
  const changes = operation.method !== "get";
  return (
    <Panel title={t`Try it`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <Stack gap="sm">
          {needsKey(operation) && (
            <PasswordInput
              label={t`API key`}
              description={t`Stays in this page. Empty: your own session, if you are signed in here.`}
              placeholder="tk_live_…"
              autoComplete="off"
              maw={460}
              value={key}
              onChange={(event) => {
                typedKey = event.currentTarget.value;
                setKey(typedKey);
              }}
            />
          )}
          {(operation.parameters ?? []).length > 0 && (
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
              {operation.parameters?.map(({ name, in: place, required }) => (
                <TextInput
                  key={`${place} ${name}`}
                  label={name}
                  size="xs"
                  required={required && place === "path"}
                  value={filled.parameters[name] ?? ""}
                  onChange={(event) => {
                    const { value } = event.currentTarget;
                    setFilled((before) => ({ ...before, parameters: { ...before.parameters, [name]: value } }));
                  }}
                />
              ))}
            </SimpleGrid>
          )}
          {sample && (
            <Textarea
              label={t`Body`}
              autosize
              minRows={2}
              maxRows={16}
              spellCheck={false}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
              error={sample.type === JSON_TYPE && wrongJson(filled.body) ? t`This is no JSON yet` : undefined}
              value={filled.body}
              onChange={(event) => {
                const body = event.currentTarget.value;
                setFilled((before) => ({ ...before, body }));
              }}
            />
          )}
          <CodeBlock label={t`As a command`} code={curlOf(operation, filled, window.location.origin)} />
          <Group gap="sm">
            <Button
              type="submit"
              size="xs"
              leftSection={<IconPlayerPlay size={14} aria-hidden />}
              loading={attempt.isPending}
              disabled={missing}
            >
              <Trans>Send</Trans>
            </Button>
            {changes && (
              <Text size="sm" c="dimmed">
                <Trans>This is the real thing: it may change this workspace.</Trans>
              </Text>
            )}
          </Group>
        </Stack>
      </form>
      {attempt.error && <ErrorPanel error={attempt.error} />}
      {attempt.data && <Result answer={attempt.data} />}
    </Panel>
  );
}

function wrongJson(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

function Result({ answer }: { answer: Answer }) {
  const { t } = useLingui();
  const good = answer.status < 400;
  return (
    <Stack gap="xs" mt="md">
      <Group gap="sm" role="status">
        <Badge color={good ? "teal" : "red"} variant="light">
          {`${answer.status} ${answer.reason}`.trim()}
        </Badge>
        <Text size="sm" c="dimmed">
          {`${format.number(answer.tookMs, 0)} ms · ${answer.type || t`no body`}`}
        </Text>
      </Group>
      {answer.cut && <Alert color="gray">{t`Only the beginning is shown.`}</Alert>}
      {answer.text && <CodeBlock label={t`What came back`} code={answer.text} />}
    </Stack>
  );
}
