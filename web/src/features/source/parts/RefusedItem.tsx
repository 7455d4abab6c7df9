/** One refused item: why, where in it, and trying it again as it is or put right by hand. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Code, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Rejection, Source } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { CodeBlock } from "@/ui/copy";
import { AppLink } from "@/ui/links";
import { jsonObject } from "../model";
import { useRefusalWords } from "../refusal-words";
import { useRetry } from "./useRetry";

type Props = { source: Source; item: Rejection; onDone: () => void };

export function RefusedItem({ source, item, onDone }: Props) {
  const { t } = useLingui();
  const words = useRefusalWords();
  const mayWrite = useCan("source.write");
  const [text, setText] = useState<string | null>(null);
  const again = useRetry(source, ({ refused }) => refused.length === 0 && onDone());
  const { id, replayable } = item;
  const corrected = text === null ? null : jsonObject(text);
  const stillRefused = again.data?.refused[0];
  return (
    <Stack>
      <Text fw={550}>{words(item)}</Text>
      <Text size="sm" c="dimmed">
        <span lang="en">
          {item.pointer && <Code>{item.pointer}</Code>} {item.detail}
        </span>
        <br />
        <Code>{item.code}</Code> · {format.exactTime(item.at)}
      </Text>
      {item.code === "invalid_amount" && (
        <AppLink to={paths.refusedOrders()} size="sm">
          <Trans>Orders that could not be counted</Trans>
        </AppLink>
      )}
      {text === null ? (
        <CodeBlock label={t`The event as it came`} code={item.item} />
      ) : (
        <Textarea
          label={t`The event, put right`}
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          value={text}
          error={corrected === null ? t`This is not a JSON object` : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {stillRefused && (
        <Text size="sm" c="var(--mantine-color-red-text)" role="alert">
          {t`Refused again: ${words({ ...item, ...stillRefused })}`}
        </Text>
      )}
      {id && mayWrite && (
        <Group>
          {text === null ? (
            <>
              <Button
                disabled={!replayable}
                title={replayable ? undefined : t`It was not kept whole, or is stored already.`}
                loading={again.isPending}
                onClick={() => again.mutate({ ids: [id] })}
              >
                <Trans>Try again</Trans>
              </Button>
              <Button variant="default" disabled={!replayable} onClick={() => setText(pretty(item.item))}>
                <Trans>Put it right…</Trans>
              </Button>
            </>
          ) : (
            <>
              <Button
                disabled={corrected === null}
                loading={again.isPending}
                onClick={() => corrected && again.mutate({ corrected: [{ id, item: corrected }] })}
              >
                <Trans>Try it like this</Trans>
              </Button>
              <Button variant="default" onClick={() => setText(null)}>
                <Trans>Cancel</Trans>
              </Button>
            </>
          )}
        </Group>
      )}
    </Stack>
  );
}

/** With a line for each field, where it is JSON. */
function pretty(text: string): string {
  const object = jsonObject(text);
  return object ? JSON.stringify(object, null, 2) : text;
}
