/** A pause, and how often somebody wants to hear: shown, and changed on their behalf. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NativeSelect, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Frequency, Preferences } from "@/api/consent";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useCan } from "@/lib/session";
import { FormDialog } from "@/ui/FormDialog";
import { Panel } from "@/ui/Panel";
import { toastDone } from "@/ui/toast";
import { isPaused, pauseUntil } from "./model";
import { change, changed } from "./queries";
import { useFrequencyWords } from "./words";

type Props = { id: string; preferences: Preferences };

export function Wishes({ id, preferences }: Props) {
  const { t } = useLingui();
  const mayEdit = useCan("consent.write");
  const [editing, setEditing] = useState(false);
  const frequency = useFrequencyWords()[preferences.frequency];
  const paused = isPaused(preferences, useNow());
  const until = format.date(preferences.paused_until);
  return (
    <Panel title={t`How often`}>
      <Group justify="space-between" gap="sm">
        <div>
          <Text size="sm">{frequency}</Text>
          <Text size="sm" c={paused ? "var(--mantine-color-orange-text)" : "dimmed"}>
            {paused ? <Trans>Paused until {until}: no marketing until then.</Trans> : <Trans>No pause</Trans>}
          </Text>
        </div>
        <Button
          variant="default"
          size="xs"
          disabled={!mayEdit}
          title={mayEdit ? undefined : t`Your role may not change this.`}
          aria-label={t`Change pause and how often`}
          onClick={() => setEditing(true)}
        >
          <Trans>Change</Trans>
        </Button>
      </Group>
      {editing && <Edit id={id} preferences={preferences} paused={paused} onClose={() => setEditing(false)} />}
    </Panel>
  );
}

const PAUSES = [30, 90, 180, 365] as const;

function Edit({ id, preferences, paused, onClose }: Props & { paused: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const words = useFrequencyWords();
  const until = format.date(preferences.paused_until);
  const form = useForm({ initialValues: { pause: "keep", frequency: preferences.frequency, text: "" } });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ pause, frequency, text }: typeof form.values) => {
      const proof = { method: "phone", ...(text.trim() && { text: text.trim() }) };
      const wanted = pause === "none" ? null : pauseUntil(Number(pause), new Date());
      return change(id, {
        changes: [],
        proof,
        double_opt_in: false,
        ...(pause === "keep" ? {} : { pause_until: wanted }),
        ...(frequency === preferences.frequency ? {} : { frequency }),
      });
    },
    onSuccess: (answer) => {
      changed(id, answer);
      toastDone(t`Saved`);
      onClose();
    },
  });
  return (
    <FormDialog
      title={t`How often`}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      submit={t`Save`}
      loading={save.isPending}
      error={save.error}
    >
      <NativeSelect
        label={t`Pause`}
        {...form.getInputProps("pause")}
        data={[
          { value: "keep", label: paused ? t`Until ${until}, as now` : t`No pause` },
          ...(paused ? [{ value: "none", label: t`End the pause` }] : []),
          ...PAUSES.map((days) => ({ value: String(days), label: t`${format.duration(days * 86_400_000)} from now` })),
        ]}
      />
      <NativeSelect
        label={t`How often`}
        {...form.getInputProps("frequency")}
        data={(Object.keys(words) as Frequency[]).map((value) => ({ value, label: words[value] }))}
      />
      <Textarea
        label={t`Note`}
        description={t`What the person said, for whoever asks later.`}
        autosize
        minRows={2}
        maxLength={2000}
        {...form.getInputProps("text")}
      />
    </FormDialog>
  );
}
