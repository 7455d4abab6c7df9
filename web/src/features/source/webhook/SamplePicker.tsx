/** Which payload the mapping is made with: one that came in, or an example that was pasted. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import * as format from "@/lib/format";
import type { Payload } from "../connect/types";
import { usePayloadStates } from "../connect/words";
import { json } from "../model";
import type { Sample } from "./RuleCard";

const PASTED = "pasted";

type Props = {
  payloads: Payload[];
  /** The one to begin with; it can be chosen also when newer ones have pushed it out. */
  first: Payload | undefined;
  onSample: (sample: Sample | null) => void;
};

export function SamplePicker({ payloads: latest, first, onSample }: Props) {
  const { t } = useLingui();
  const states = usePayloadStates();
  const payloads = first && !latest.some((one) => one.id === first.id) ? [...latest, first] : latest;
  const [chosen, choose] = useState<string | null>(null);
  const [text, setText] = useState("");
  const parsed = json(text);
  const pasting = chosen === PASTED || payloads.length === 0;
  const paste = (next: string) => {
    setText(next);
    const payload = json(next);
    onSample(payload === undefined ? null : { payload, headers: {} });
  };
  const select = (id: string) => {
    choose(id);
    const found = payloads.find((one) => one.id === id);
    if (found) onSample({ payload: found.body, headers: found.headers });
    else paste(text);
  };
  return (
    <Stack gap="sm">
      {payloads.length > 0 && (
        <NativeSelect
          label={t`Which one`}
          data={[
            ...payloads.map((one) => ({
              value: one.id,
              label: `${format.dateTime(one.received_at)} · ${states[one.state].label}`,
            })),
            { value: PASTED, label: t`One that I paste` },
          ]}
          value={chosen ?? first?.id ?? payloads[0]?.id}
          onChange={(event) => select(event.currentTarget.value)}
        />
      )}
      {pasting && (
        <Textarea
          label={t`An example, as JSON`}
          description={t`Send one to the address, or paste one from the other system's manual.`}
          autosize
          minRows={4}
          maxRows={16}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          value={text}
          error={text.trim() !== "" && parsed === undefined ? t`This is not JSON yet` : null}
          onChange={(event) => paste(event.currentTarget.value)}
        />
      )}
      {!pasting && (
        <Text size="sm" c="dimmed">
          {t`It is kept here only for a while, so that you can look at it.`}
        </Text>
      )}
    </Stack>
  );
}
