/** A line for a kind that one's own systems send. */
import { useLingui } from "@lingui/react/macro";
import { Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "@/ui/FormDialog";
import { type NewKind, nameObstacle } from "./model";
import type { Names, Rules } from "./types";
import { useNameObstacleWords } from "./words";

type Props = { rules: Rules; most: number; onClose: () => void; onAdd: (kind: NewKind) => void };

export function AddKind({ rules, most, onClose, onAdd }: Props) {
  const { t } = useLingui();
  const words = useNameObstacleWords();
  const [kind, setKind] = useState("");
  const [names, setNames] = useState<Names>("person");
  const [asked, setAsked] = useState(false);
  const wrong = nameObstacle(rules, kind, most);
  return (
    <FormDialog
      title={t`A kind of your own`}
      onClose={onClose}
      onSubmit={(event) => {
        event?.preventDefault();
        setAsked(true);
        if (!wrong) onAdd({ kind: kind.trim(), names });
      }}
      submit={t`Add`}
      loading={false}
    >
      <TextInput
        label={t`Name`}
        description={t`As your systems send it, for example crm_id.`}
        required
        maxLength={100}
        data-autofocus
        value={kind}
        error={asked && wrong ? words[wrong] : undefined}
        onChange={(event) => setKind(event.currentTarget.value)}
      />
      <Radio.Group label={t`What it names`} value={names} onChange={(next) => setNames(next as Names)}>
        <Stack gap="xs" mt="xs">
          <Radio value="person" label={t`A person: a number in another system, a card`} />
          <Radio value="device" label={t`A device: several people may use it`} />
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
