/** A topic: its name and description in four languages, where it is offered, and how it begins. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Divider, Group, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Language, localised, type Topic, type TopicDefault } from "@/api/consent";
import { ApiError, fieldErrors } from "@/api/errors";
import { isLocale } from "@/i18n";
import { CONTACT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { ConfirmDialog } from "@/ui/confirm";
import { FormDialog } from "@/ui/FormDialog";
import { toastDone } from "@/ui/toast";
import { bodyOf, cleanTopic, EMPTY_TOPIC, isKey, keyOf } from "../model";
import { createTopic, deleteTopic, refresh, updateTopic } from "../queries";
import type { TopicBody } from "../types";
import { useDefaultWords } from "../words";
import { LanguagePicker } from "./LanguagePicker";
import { LocalisedInput } from "./LocalisedInput";

type Props = { topic: Topic | null; onClose: () => void };

export function TopicDialog({ topic, onClose }: Props) {
  const { t, i18n } = useLingui();
  const [body, setBody] = useState<TopicBody>(() => (topic ? bodyOf(topic) : EMPTY_TOPIC));
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const name = localised(body.name, i18n.locale);
  const key = topic?.key ?? ownKey ?? keyOf(name);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => (topic ? updateTopic(topic, cleanTopic(body)) : createTopic(key, cleanTopic(body))),
    onSuccess: async () => {
      toastDone(t`Saved`);
      onClose();
      await refresh();
    },
  });
  const wrong = fieldErrors(save.error);
  const shown = save.error instanceof ApiError && Object.keys(wrong).length > 0 ? null : save.error;
  return (
    <FormDialog
      title={topic ? t`Edit the topic` : t`New topic`}
      onClose={onClose}
      size="lg"
      onSubmit={(event) => {
        event?.preventDefault();
        save.mutate();
      }}
      submit={<Trans>Save</Trans>}
      loading={save.isPending}
      disabled={name === "" || !isKey(key) || body.channels.length === 0}
      error={shown}
    >
      <Words body={body} onChange={setBody} wrong={wrong} />
      {!topic && (
        <TextInput
          label={t`Key`}
          description={t`For programs: small letters, digits, - and _. It never changes.`}
          required
          spellCheck={false}
          autoComplete="off"
          maxLength={40}
          value={key}
          error={wrong.key ?? (key !== "" && !isKey(key) ? t`Only small letters, digits, - and _` : undefined)}
          onChange={(event) => setOwnKey(event.currentTarget.value)}
        />
      )}
      <Behaviour body={body} onChange={setBody} wrong={wrong} />
      {topic && <Removal topic={topic} name={name} onDone={onClose} />}
    </FormDialog>
  );
}

type PartProps = { body: TopicBody; onChange: (body: TopicBody) => void; wrong: Record<string, string> };

function Words({ body, onChange, wrong }: PartProps) {
  const { t, i18n } = useLingui();
  const [language, setLanguage] = useState<Language>(isLocale(i18n.locale) ? i18n.locale : "en");
  return (
    <Stack gap="sm">
      <LanguagePicker value={language} onChange={setLanguage} texts={[body.name, body.description]} />
      <LocalisedInput
        label={t`Name`}
        language={language}
        value={body.name}
        onChange={(name) => onChange({ ...body, name })}
        error={wrong.name}
        maxLength={80}
        autoFocus
      />
      <LocalisedInput
        label={t`Description`}
        description={t`What people get, and about how often.`}
        language={language}
        value={body.description}
        onChange={(description) => onChange({ ...body, description })}
        error={wrong.description}
        maxLength={300}
        lines={2}
      />
    </Stack>
  );
}

function Behaviour({ body, onChange, wrong }: PartProps) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const defaults = useDefaultWords();
  return (
    <>
      <Checkbox.Group
        label={t`Offered by`}
        value={body.channels}
        error={wrong.channels ?? (body.channels.length === 0 ? t`Choose at least one` : undefined)}
        onChange={(chosen) => onChange({ ...body, channels: CONTACT_CHANNELS.filter((one) => chosen.includes(one)) })}
      >
        <Group gap="md" mt="xs">
          {CONTACT_CHANNELS.map((channel) => (
            <Checkbox key={channel} value={channel} label={label(channel)} />
          ))}
        </Group>
      </Checkbox.Group>
      <Radio.Group
        label={t`Who gets it`}
        value={body.default}
        onChange={(next) => onChange({ ...body, default: next as TopicDefault })}
      >
        <Stack gap="xs" mt="xs">
          {(["opt_in", "opt_out"] as const).map((value) => (
            <Radio key={value} value={value} label={defaults[value].name} description={defaults[value].does} />
          ))}
        </Stack>
      </Radio.Group>
      <Checkbox
        label={t`Have a yes confirmed by e-mail (double opt-in)`}
        description={t`Who signs up on a form gets a mail with a button. Until it is pressed nothing else is sent, so nobody can sign up somebody else.`}
        checked={body.double_opt_in}
        onChange={(event) => onChange({ ...body, double_opt_in: event.currentTarget.checked })}
      />
    </>
  );
}

function Removal({ topic, name, onDone }: { topic: Topic; name: string; onDone: () => void }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteTopic(topic.key),
    onSuccess: async () => {
      onDone();
      await refresh();
    },
    onError: () => setAsking(false),
  });
  const used = topic.used_by.length > 0;
  return (
    <>
      <Divider />
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" style={{ flex: "1 1 14rem" }}>
          {used ? (
            <Trans>A campaign is about this topic, so it cannot be deleted. It can be archived.</Trans>
          ) : (
            <Trans>What people said about it stays as proof.</Trans>
          )}
        </Text>
        <Button variant="outline" color="red" size="xs" disabled={used} onClick={() => setAsking(true)}>
          <Trans>Delete the topic</Trans>
        </Button>
      </Group>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Delete “${name}”?`}
        confirmLabel={t`Delete the topic`}
        loading={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        <Trans>Nobody can choose it any more, and no campaign can be about it. This cannot be taken back.</Trans>
      </ConfirmDialog>
    </>
  );
}
