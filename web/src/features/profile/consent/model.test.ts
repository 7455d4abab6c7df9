import { describe, expect, it } from "vitest";
import type { Preferences, TopicOfPerson } from "@/api/consent";
import {
  type Answer,
  askable,
  changeBody,
  isPaused,
  needsText,
  pauseUntil,
  proofLines,
  rowsOf,
  shownChannels,
} from "./model";

const AT = "2026-11-22T10:00:00Z";

function topic(key: string, more: Partial<TopicOfPerson> = {}): TopicOfPerson {
  return {
    key,
    name: key,
    default: "opt_in",
    archived: false,
    state: "unknown",
    channels: [{ channel: "email", state: "unknown", allowed: false, why: "topic_not_asked" }],
    ...more,
  };
}

function preferences(more: Partial<Preferences> = {}): Preferences {
  return {
    language: "nl",
    channels: [{ channel: "email", state: "subscribed", at: AT }],
    topics: [],
    purposes: [],
    frequency: "all",
    requests: [],
    ...more,
  };
}

describe("the table of consents", () => {
  it("has the usual channels, and others only when they matter", () => {
    expect(shownChannels(preferences())).toEqual(["email", "sms", "phone"]);
    const post = topic("guide", {
      channels: [{ channel: "post", state: "unknown", allowed: false, why: "no_consent" }],
    });
    const whatsapp = { channel: "whatsapp", state: "unsubscribed" } as const;
    expect(shownChannels(preferences({ channels: [whatsapp], topics: [post] }))).toEqual([
      "email",
      "sms",
      "whatsapp",
      "post",
      "phone",
    ]);
  });

  it("begins with the channels and says what each cell is about", () => {
    const [channels, news] = rowsOf(preferences({ topics: [topic("news")] }));
    expect(channels?.topic).toBeNull();
    expect(channels?.cells.get("email")).toMatchObject({ subject: "email", said: { state: "subscribed" } });
    expect(channels?.cells.get("sms")?.said.state).toBe("unknown");
    expect(news?.cells.get("email")).toMatchObject({ subject: "topic:news/email", why: "topic_not_asked" });
    expect(news?.cells.has("sms")).toBe(false);
    expect(news?.whole?.subject).toBe("topic:news");
  });

  it("keeps archived topics only with what was said", () => {
    const topics = [topic("old", { archived: true }), topic("past", { archived: true, state: "subscribed" })];
    expect(rowsOf(preferences({ topics })).map((row) => row.topic?.key)).toEqual([undefined, "past"]);
  });
});

describe("what can be asked by e-mail", () => {
  it("is what is not subscribed there", () => {
    const subscribed = topic("had", {
      channels: [{ channel: "email", state: "subscribed", allowed: true, why: "allowed" }],
    });
    const topics = [topic("news"), subscribed, topic("old", { archived: true })];
    expect(askable(preferences({ topics }))).toEqual(["topic:news/email"]);
    expect(askable(preferences({ channels: [] }))).toEqual(["email"]);
  });
});

describe("a change", () => {
  const answer: Answer = {
    state: "subscribed",
    method: "phone",
    text: " yes ",
    basis: "consent",
    double_opt_in: false,
  };

  it("is sent with the proof that was given", () => {
    expect(changeBody(["email"], answer)).toEqual({
      changes: [{ subject: "email", state: "subscribed" }],
      proof: { method: "phone", text: "yes", basis: "consent" },
      double_opt_in: false,
    });
    expect(changeBody(["email"], { ...answer, text: " ", basis: "" }).proof).toEqual({ method: "phone" });
  });

  it("asks for confirmation of a yes only, which then needs no words", () => {
    const asked = { ...answer, double_opt_in: true };
    expect(changeBody(["email"], asked).double_opt_in).toBe(true);
    expect(changeBody(["email"], { ...asked, state: "unsubscribed" }).double_opt_in).toBe(false);
    expect([answer, asked, { ...answer, state: "unsubscribed" as const }].map(needsText)).toEqual([true, false, false]);
  });
});

describe("a proof", () => {
  it("begins with the words and leaves out what is not known", () => {
    const proof = { source: "src_1", text: "Yes please", method: null, event: "evt_1", basis: "consent" };
    expect(proofLines(proof).map((line) => line.what)).toEqual(["text", "source", "basis", "event"]);
    expect(proofLines(null)).toEqual([]);
  });
});

describe("a pause", () => {
  it("ends after so many days", () => {
    const now = new Date(AT);
    expect(pauseUntil(30, now)).toBe("2026-12-22T10:00:00.000Z");
    expect(isPaused(preferences({ paused_until: pauseUntil(1, now) }), now)).toBe(true);
    expect(isPaused(preferences({ paused_until: AT }), now)).toBe(false);
    expect(isPaused(preferences(), now)).toBe(false);
  });
});
