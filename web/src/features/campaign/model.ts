/** Campaign drafts and results as values; no screen, no server. */
import { hashKey } from "@tanstack/react-query";
import type { Campaign, CampaignProgress, CampaignReview, CampaignState, EmailMessage } from "@/api/types";

export type Draft = {
  name: string;
  segment_id: string | null;
  /** The topic it is about; null: it is about everything. */
  topic: string | null;
  message: EmailMessage;
};

/** Above this many recipients the number is typed before a launch. */
export const TYPED_ABOVE = 100;

const EMPTY: EmailMessage = {
  subject: "",
  preheader: "",
  from_name: "",
  from_email: "",
  reply_to: "",
  kind: "mjml",
  body: "",
  text: null,
  utm: { enabled: true, source: "tutti", medium: "email", campaign: "" },
};

/** A message with every field, whatever an older draft lacks. */
export function fullMessage(message: Partial<EmailMessage> | null | undefined): EmailMessage {
  return { ...EMPTY, ...message, utm: { ...EMPTY.utm, ...message?.utm } };
}

export function draftOf(campaign: Campaign): Draft {
  return {
    name: campaign.name,
    segment_id: campaign.segment_id ?? null,
    topic: campaign.topic ?? null,
    message: fullMessage(campaign.message),
  };
}

/** Nothing to save: every field is equal, in whatever order it was put together. */
export function sameDraft(one: Draft, other: Draft): boolean {
  return one === other || hashKey([one]) === hashKey([other]);
}

export function isWritten(message: EmailMessage): boolean {
  return message.subject.trim() !== "" && message.body.trim() !== "";
}

/** What a kind of body begins with when nothing was written in it yet. */
export function skeleton(kind: EmailMessage["kind"]): string {
  if (kind === "plain") return "";
  if (kind === "html") return "<!doctype html>\n<html>\n  <body>\n    <p></p>\n  </body>\n</html>\n";
  const text = "        <mj-text></mj-text>";
  const column = `      <mj-column>\n${text}\n      </mj-column>`;
  return `<mjml>\n  <mj-body>\n    <mj-section>\n${column}\n    </mj-section>\n  </mj-body>\n</mjml>\n`;
}

/** The template expression that shows a customer's trait, with a fallback for people without it. */
export function traitExpression(name: string): string {
  const path = /^[A-Za-z_][\w-]*$/.test(name) ? `customer.${name}` : `customer["${name.replaceAll('"', "")}"]`;
  return `{{ ${path} | default: '' }}`;
}

/** A link the server fills in, written the way the body's kind shows a link. */
export function linkExpression(variable: "unsubscribe_url" | "view_url", words: string, kind: EmailMessage["kind"]) {
  return kind === "plain" ? `{{ ${variable} }}` : `<a href="{{ ${variable} }}">${words}</a>`;
}

/** Text with something put at the cursor, and where the cursor is then. */
export function insertAt(text: string, from: number, to: number, added: string): { text: string; at: number } {
  return { text: text.slice(0, from) + added + text.slice(to), at: from + added.length };
}

export type CardState = "todo" | "done" | "attention";

/** The state of each card of a draft, from what is filled in and what the review found. */
export function cardStates(draft: Draft, review: CampaignReview | undefined) {
  const blocking = (review?.checks ?? []).filter((check) => check.severity === "blocking");
  const about = (codes: string[]) => blocking.some((check) => codes.includes(check.code));
  const audience: CardState = !draft.segment_id ? "todo" : about(AUDIENCE_CODES) ? "attention" : "done";
  const contentBlocked = blocking.some((check) => !AUDIENCE_CODES.includes(check.code));
  const content: CardState = !isWritten(draft.message) ? "todo" : contentBlocked ? "attention" : "done";
  const complete = audience !== "todo" && content !== "todo";
  const checked: CardState = !complete || !review ? "todo" : blocking.length > 0 ? "attention" : "done";
  return { audience, content, review: checked, ready: checked === "done" };
}

const AUDIENCE_CODES = [
  "no_segment",
  "empty_audience",
  "audience_too_large",
  "no_recipients",
  "topic_archived",
  "topic_gone",
  "topic_not_on_channel",
];

export function isRunning(state: CampaignState): boolean {
  return state === "launching" || state === "sending" || state === "paused";
}

/** How far a campaign is, 0..1: whoever will not be written to any more counts as done. */
export function doneShare(progress: CampaignProgress): number {
  const open = progress.pending + progress.sending;
  return progress.audience > 0 ? (progress.audience - open) / progress.audience : 0;
}

/** Messages without an answer that nobody has decided about. */
export function undecided(campaign: Campaign): number {
  return Math.max(campaign.progress.unconfirmed - campaign.unconfirmed_left, 0);
}

/** People to send to per second, from two readings; null while it cannot be said. */
export function ratePerSecond(before: { at: number; open: number } | null, now: { at: number; open: number }) {
  if (!before || now.at <= before.at || before.open <= now.open) return null;
  return (1000 * (before.open - now.open)) / (now.at - before.at);
}
