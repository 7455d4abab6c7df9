/** The words of consent, the same on every screen. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { useQuery } from "@tanstack/react-query";
import { type Basis, type Purpose, topicName, topicsQuery } from "@/api/consent";
import type { ConsentState } from "@/api/types";
import { CONTACT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { useCan } from "./session";

export const CONSENT_COLORS: Record<ConsentState, string> = {
  subscribed: "teal",
  unsubscribed: "red",
  pending: "blue",
  unknown: "gray",
};

const STATES: Record<ConsentState, MessageDescriptor> = {
  subscribed: msg`Subscribed`,
  unsubscribed: msg`Unsubscribed`,
  pending: msg`Not confirmed yet`,
  unknown: msg`Never asked`,
};

const PURPOSE_NAMES: Record<Purpose, MessageDescriptor> = {
  marketing: msg`Marketing messages`,
  analytics: msg`Statistics`,
  personalisation: msg`Personal content`,
  ads: msg`Advertising`,
};

const BASIS_NAMES: Record<Basis, MessageDescriptor> = {
  consent: msg`Consent`,
  contract: msg`Contract`,
  legitimate_interest: msg`Legitimate interest`,
  legal_obligation: msg`Legal obligation`,
  vital_interest: msg`Vital interest`,
  public_task: msg`Public task`,
};

function said<K extends string>(words: Record<K, MessageDescriptor>, _: (text: MessageDescriptor) => string) {
  const entries = Object.entries(words) as [K, MessageDescriptor][];
  return Object.fromEntries(entries.map(([key, text]) => [key, _(text)])) as Record<K, string>;
}

export const useStateWords = () => said(STATES, useLingui()._);
export const usePurposeNames = () => said(PURPOSE_NAMES, useLingui()._);
export const useBasisNames = () => said(BASIS_NAMES, useLingui()._);

/** A topic by its key in the reader's language. */
export function useTopicName(): (key: string) => string {
  const { i18n } = useLingui();
  const topics = useQuery({ ...topicsQuery, enabled: useCan("profile.read") }).data?.items ?? [];
  return (key) => {
    const topic = topics.find((one) => one.key === key);
    return topic ? topicName(topic, i18n.locale) : key;
  };
}

export type Subject = { channel?: string; topic?: string; purpose?: string; wish?: string };

/** "topic:news/email" in its parts. */
export function parseSubject(text: string): Subject {
  if (text.startsWith("purpose:")) return { purpose: text.slice("purpose:".length) };
  if (text.startsWith("topic:")) {
    const [topic = "", channel] = text.slice("topic:".length).split("/", 2);
    return channel ? { topic, channel } : { topic };
  }
  return CONTACT_CHANNELS.some((channel) => channel === text) ? { channel: text } : { wish: text };
}

export function subjectText({ topic, channel, purpose }: Omit<Subject, "wish">): string {
  if (purpose) return `purpose:${purpose}`;
  if (!topic) return channel ?? "";
  return channel ? `topic:${topic}/${channel}` : `topic:${topic}`;
}

const WISHES: Record<string, MessageDescriptor> = { pause: msg`Pause`, frequency: msg`How often` };

/** What a consent is about, in words. */
export function useSubjectName(): (text: string) => string {
  const { _ } = useLingui();
  const channelLabel = useChannelLabel();
  const topic = useTopicName();
  const purposes: Record<string, string> = usePurposeNames();
  return (text) => {
    const subject = parseSubject(text);
    if (subject.purpose) return purposes[subject.purpose] ?? subject.purpose;
    if (subject.wish) return WISHES[subject.wish] ? _(WISHES[subject.wish] as MessageDescriptor) : subject.wish;
    const names = [subject.topic && topic(subject.topic), subject.channel && channelLabel(subject.channel)];
    return names.filter(Boolean).join(" · ");
  };
}
