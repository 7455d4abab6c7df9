/** Has the person confirm by e-mail what they want to get (double opt-in). */
import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Preferences } from "@/api/consent";
import type { Profile } from "@/api/types";
import { useSubjectName } from "@/lib/consent-words";
import { FormDialog } from "@/ui/FormDialog";
import { toastDone } from "@/ui/toast";
import { askable, changeBody } from "./model";
import { change, changed } from "./queries";

type Props = { profile: Profile; preferences: Preferences; onClose: () => void };

export function AskDialog({ profile, preferences, onClose }: Props) {
  const { t } = useLingui();
  const name = useSubjectName();
  const subjects = askable(preferences);
  const [chosen, setChosen] = useState<string[]>(subjects.slice(0, 1));
  const ask = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      const answer = { state: "subscribed", method: "", text: "", basis: "consent", double_opt_in: true } as const;
      return change(profile.id, changeBody(chosen, answer));
    },
    onSuccess: (answer) => {
      changed(profile.id, answer);
      toastDone(t`Asked by e-mail: it counts once it is confirmed`);
      onClose();
    },
  });
  const email = profile.email ?? "";
  return (
    <FormDialog
      title={t`Ask by e-mail`}
      onClose={onClose}
      onSubmit={(event) => {
        event?.preventDefault();
        ask.mutate();
      }}
      submit={t`Send the mail`}
      loading={ask.isPending}
      disabled={chosen.length === 0}
      error={ask.error}
    >
      <Text size="sm">
        <Trans>A mail with one button goes to {email}. Only when the button is pressed does it count as a yes.</Trans>
      </Text>
      <Checkbox.Group label={t`What to ask for`} value={chosen} onChange={setChosen}>
        <Stack gap="xs" mt="xs">
          {subjects.map((subject) => (
            <Checkbox key={subject} value={subject} label={name(subject)} />
          ))}
        </Stack>
      </Checkbox.Group>
    </FormDialog>
  );
}
