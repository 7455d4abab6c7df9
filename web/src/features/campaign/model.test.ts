import { describe, expect, it } from "vitest";
import type { Campaign, CampaignProgress, CampaignReview } from "@/api/types";
import {
  cardStates,
  doneShare,
  fullMessage,
  insertAt,
  isWritten,
  linkExpression,
  ratePerSecond,
  sameDraft,
  traitExpression,
  undecided,
} from "./model";

const WRITTEN = fullMessage({ subject: "Hello", body: "<p>Hello</p>" });
const PROGRESS: CampaignProgress = {
  audience: 200,
  pending: 40,
  sending: 10,
  sent: 100,
  delivered: 30,
  bounced: 5,
  failed: 5,
  skipped: 9,
  unconfirmed: 1,
};

function review(...codes: string[]): CampaignReview {
  const checks = codes.map((code) => ({ code, severity: "blocking" as const, detail: code }));
  return { audience: 10, recipients: 8, exclusions: [], checks, sample: [], estimated_seconds: null };
}

describe("messages", () => {
  it("fills in what an older draft lacks and keeps what it has", () => {
    const message = fullMessage({ subject: "Hi", utm: { enabled: false } as never });
    expect(message).toMatchObject({ subject: "Hi", kind: "mjml", body: "" });
    expect(message.utm).toEqual({ enabled: false, source: "tutti", medium: "email", campaign: "" });
    expect(fullMessage(null).kind).toBe("mjml");
  });

  it("counts as written only with a subject and a body", () => {
    expect(isWritten(WRITTEN)).toBe(true);
    expect(isWritten({ ...WRITTEN, subject: "  " })).toBe(false);
    expect(isWritten({ ...WRITTEN, body: "\n" })).toBe(false);
  });

  it("writes traits with a fallback, and odd names in brackets", () => {
    expect(traitExpression("first_name")).toBe("{{ customer.first_name | default: '' }}");
    expect(traitExpression("shoe size")).toBe("{{ customer[\"shoe size\"] | default: '' }}");
  });

  it("writes links as anchors, and as bare addresses in plain text", () => {
    expect(linkExpression("view_url", "Read online", "mjml")).toBe('<a href="{{ view_url }}">Read online</a>');
    expect(linkExpression("view_url", "Read online", "plain")).toBe("{{ view_url }}");
  });

  it("inserts at the cursor and replaces what is selected", () => {
    expect(insertAt("Hello you", 6, 9, "X")).toEqual({ text: "Hello X", at: 7 });
    expect(insertAt("ab", 1, 1, "-")).toEqual({ text: "a-b", at: 2 });
  });
});

describe("cards of a draft", () => {
  const draft = { name: "n", segment_id: "seg_1", topic: null, message: WRITTEN };

  it("has nothing to save when it is typed back to what it was", () => {
    const { subject, ...rest } = WRITTEN;
    expect(sameDraft(draft, { segment_id: "seg_1", topic: null, name: "n", message: { ...rest, subject } })).toBe(true);
    expect(sameDraft(draft, { ...draft, topic: "news" })).toBe(false);
    expect(sameDraft(draft, { ...draft, message: { ...WRITTEN, utm: { ...WRITTEN.utm, enabled: false } } })).toBe(
      false,
    );
  });

  it("is ready only when nothing blocks", () => {
    expect(cardStates(draft, review())).toMatchObject({ audience: "done", content: "done", ready: true });
    expect(cardStates(draft, undefined).ready).toBe(false);
  });

  it("points at the card a blocking check is about", () => {
    expect(cardStates(draft, review("no_recipients"))).toMatchObject({ audience: "attention", content: "done" });
    expect(cardStates(draft, review("topic_archived"))).toMatchObject({ audience: "attention", content: "done" });
    const sender = cardStates(draft, review("no_sender"));
    expect(sender).toMatchObject({ audience: "done", content: "attention", review: "attention", ready: false });
  });

  it("asks for what is missing", () => {
    const states = cardStates({ ...draft, segment_id: null, message: fullMessage(null) }, undefined);
    expect(states).toEqual({ audience: "todo", content: "todo", review: "todo", ready: false });
  });
});

describe("progress", () => {
  it("counts everybody who is not waiting as done", () => {
    expect(doneShare(PROGRESS)).toBe(0.75);
    expect(doneShare({ ...PROGRESS, audience: 0 })).toBe(0);
  });

  it("asks about messages without an answer until somebody has left them", () => {
    const campaign = { progress: { ...PROGRESS, unconfirmed: 3 }, unconfirmed_left: 0 } as Campaign;
    expect(undecided(campaign)).toBe(3);
    expect(undecided({ ...campaign, unconfirmed_left: 3 })).toBe(0);
    expect(undecided({ ...campaign, unconfirmed_left: 2 })).toBe(1);
    expect(undecided({ ...campaign, unconfirmed_left: 5 })).toBe(0);
  });

  it("tells a rate only from two readings that moved", () => {
    expect(ratePerSecond(null, { at: 1, open: 5 })).toBeNull();
    expect(ratePerSecond({ at: 0, open: 100 }, { at: 500, open: 50 })).toBe(100);
    expect(ratePerSecond({ at: 0, open: 50 }, { at: 500, open: 50 })).toBeNull();
  });
});
