/** What somebody said to a channel, a topic, a topic on a channel, or a use of data. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { PURPOSES, topicName, topicsQuery } from "@/api/consent";
import type { ConsentCondition, ConsentState } from "@/api/types";
import { parseSubject, subjectText, usePurposeNames } from "@/lib/consent-words";
import { useCan } from "@/lib/session";
import { CONTACT_CHANNELS, useChannelLabel } from "@/ui/channels";

type Props = { consent: ConsentCondition; onChange: (consent: ConsentCondition) => void };

export function ConsentFields({ consent, onChange }: Props) {
  const { t, i18n } = useLingui();
  const label = useChannelLabel();
  const purposes = usePurposeNames();
  const topics = useQuery({ ...topicsQuery, enabled: useCan("profile.read") }).data?.items ?? [];
  const { state, ...subject } = consent;
  const known = topics.map((topic) => ({ value: `topic:${topic.key}`, label: topicName(topic, i18n.locale) }));
  const about = subject.topic ? `topic:${subject.topic}` : subjectText(subject);
  // A topic that is not there any more stays: it is what the condition says.
  const gone = subject.topic && !topics.some((topic) => topic.key === subject.topic);
  const topicItems = gone ? [...known, { value: about, label: subject.topic ?? "" }] : known;
  const channels = topics.find((topic) => topic.key === subject.topic)?.channels ?? CONTACT_CHANNELS;
  return (
    <>
      <Text size="sm">{t`for`}</Text>
      <NativeSelect
        aria-label={t`What the consent is about`}
        size="xs"
        value={about}
        onChange={(change) => {
          const { wish: _wish, ...next } = parseSubject(change.currentTarget.value);
          onChange({ ...next, state });
        }}
        data={[
          {
            group: t`Channels`,
            items: CONTACT_CHANNELS.map((value) => ({ value: value as string, label: label(value) })),
          },
          ...(topicItems.length > 0 ? [{ group: t`Topics`, items: topicItems }] : []),
          {
            group: t`Use of data`,
            items: PURPOSES.map((value) => ({ value: `purpose:${value}`, label: purposes[value] })),
          },
        ]}
      />
      {subject.topic && (
        <NativeSelect
          aria-label={t`Channel`}
          size="xs"
          value={subject.channel ?? ""}
          onChange={(change) => {
            const channel = change.currentTarget.value;
            onChange({ topic: subject.topic, ...(channel ? { channel } : {}), state });
          }}
          data={[
            { value: "", label: t`on the topic itself` },
            ...channels.map((value) => ({ value: value as string, label: t`by ${label(value)}` })),
          ]}
        />
      )}
      <NativeSelect
        aria-label={t`State`}
        size="xs"
        data={[
          { value: "subscribed", label: t`is subscribed` },
          { value: "unsubscribed", label: t`has unsubscribed` },
          { value: "pending", label: t`has not confirmed yet` },
          { value: "unknown", label: t`was never asked` },
        ]}
        value={state}
        onChange={(change) => onChange({ ...subject, state: change.currentTarget.value as ConsentState })}
      />
    </>
  );
}
