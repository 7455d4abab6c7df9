/** What a person allowed as a table of channels and topics, and what is sent to change it. Pure. */
import type { Basis, Preferences, Proof, Said, TopicOfPerson } from "@/api/consent";
import type { ConsentState } from "@/api/types";
import { subjectText } from "@/lib/consent-words";
import { CONSENT_CHANNELS, CONTACT_CHANNELS } from "@/ui/channels";

/** One consent: what it is about, what was said, and what follows from all of it together. */
export type Cell = {
  subject: string;
  said: Said;
  /** Why it may or may not be used; only where the server works it out. */
  why?: string;
  allowed?: boolean;
  suppressed?: string | null;
};

export type Row = {
  /** Null: the channels themselves. */
  topic: TopicOfPerson | null;
  /** The topic as a whole, whatever the channel. */
  whole: Cell | null;
  /** By channel; a topic is not offered on every channel. */
  cells: Map<string, Cell>;
};

const isSaid = ({ state }: Said) => state !== "unknown";
const saidAny = (topic: TopicOfPerson) => isSaid(topic) || topic.channels.some(isSaid);

/** The columns: those that always stand there, and every one that a topic uses or something was said about. */
export function shownChannels({ channels, topics }: Preferences): string[] {
  const used = new Set<string>(CONSENT_CHANNELS);
  for (const one of channels) if (isSaid(one) || one.suppressed) used.add(one.channel);
  for (const topic of topics) for (const one of topic.channels) used.add(one.channel);
  return CONTACT_CHANNELS.filter((channel) => used.has(channel));
}

/** First the channels, then the topics; of archived topics those about which something was said. */
export function rowsOf(preferences: Preferences): Row[] {
  const channels = new Map(
    preferences.channels.map((one): [string, Cell] => [
      one.channel,
      { subject: one.channel, said: one, suppressed: one.suppressed },
    ]),
  );
  for (const channel of shownChannels(preferences)) {
    if (!channels.has(channel)) channels.set(channel, { subject: channel, said: { state: "unknown" } });
  }
  const topics = preferences.topics.filter((topic) => !topic.archived || saidAny(topic));
  return [{ topic: null, whole: null, cells: channels }, ...topics.map(topicRow)];
}

function topicRow(topic: TopicOfPerson): Row {
  const cells = topic.channels.map((one): [string, Cell] => [
    one.channel,
    {
      subject: subjectText({ topic: topic.key, channel: one.channel }),
      said: one,
      why: one.why,
      allowed: one.allowed,
    },
  ]);
  return { topic, whole: { subject: subjectText({ topic: topic.key }), said: topic }, cells: new Map(cells) };
}

/** What can be asked by e-mail: e-mail itself, and every topic on it that is not subscribed. */
export function askable(preferences: Preferences): string[] {
  const email = preferences.channels.find((one) => one.channel === "email");
  const topics = preferences.topics
    .filter((topic) => !topic.archived)
    .filter((topic) => topic.channels.some((one) => one.channel === "email" && one.state !== "subscribed"))
    .map((topic) => subjectText({ topic: topic.key, channel: "email" }));
  return email?.state === "subscribed" ? topics : ["email", ...topics];
}

export type Answer = { state: ConsentState; method: string; text: string; basis: Basis | ""; double_opt_in: boolean };

export type ChangeBody = {
  changes: { subject: string; state: ConsentState }[];
  proof: Partial<Record<"text" | "method" | "basis", string>>;
  double_opt_in: boolean;
};

/** Proof that was not given is not sent. */
export function changeBody(subjects: string[], answer: Answer): ChangeBody {
  const { state, method, basis } = answer;
  const text = answer.text.trim();
  return {
    changes: subjects.map((subject) => ({ subject, state })),
    proof: { ...(method && { method }), ...(text && { text }), ...(basis && { basis }) },
    double_opt_in: answer.double_opt_in && state === "subscribed",
  };
}

/** Who says yes for somebody else has to say how they know. */
export const needsText = (answer: Answer) => answer.state === "subscribed" && !answer.double_opt_in;

export type ProofLine = {
  what: "source" | "method" | "text" | "text_version" | "basis" | "ip" | "event";
  value: string;
};

/** What is known of how a consent was given, in the order it is read. */
export function proofLines(proof: Proof | null | undefined): ProofLine[] {
  if (!proof) return [];
  const { text, text_version, method, source, basis, ip, event } = proof;
  const lines = { text, text_version, method, source, basis, ip, event };
  return Object.entries(lines).flatMap(([what, value]) => (value ? [{ what: what as ProofLine["what"], value }] : []));
}

const DAY_MS = 24 * 3_600_000;

/** A pause of some days from now, as the server takes it. */
export const pauseUntil = (days: number, now: Date): string => new Date(now.getTime() + days * DAY_MS).toISOString();

export const isPaused = ({ paused_until }: Preferences, now: Date) =>
  paused_until != null && new Date(paused_until).getTime() > now.getTime();
