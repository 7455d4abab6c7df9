/** A product feed that is fetched from an address: what is filled in, and what is sent. Pure. */
import { FIRST } from "../connect/schedule";
import type { FeedDefinition, Sent, Tested } from "../connect/types";

export const newFeed = (): FeedDefinition => ({
  kind: "feed",
  url: "",
  mode: "whole",
  user: null,
  header: null,
  secret: "",
  secret_set: false,
  schedule: FIRST,
});

/** How the shop knows that it is us. A name that is empty has yet to be typed, one that is null is not wanted. */
export const SIGN_INS = ["none", "password", "header"] as const;
export type SignIn = (typeof SIGN_INS)[number];

export function signInOf({ user, header }: Pick<FeedDefinition, "user" | "header">): SignIn {
  if (typeof user === "string") return "password";
  return typeof header === "string" ? "header" : "none";
}

/** A secret for one way is none for another. */
export function withSignIn(how: SignIn): Pick<FeedDefinition, "user" | "header" | "secret" | "secret_set"> {
  return {
    user: how === "password" ? "" : null,
    header: how === "header" ? "" : null,
    secret: "",
    secret_set: false,
  };
}

/** Where a secret goes to: to another place it is not sent along. */
function origin(url: string): string {
  try {
    return new URL(url.trim()).origin;
  } catch {
    return "";
  }
}

/** Whether the stored secret can stay as it is. */
export function keepsSecret(now: FeedDefinition, stored: FeedDefinition | undefined): boolean {
  if (!stored?.secret_set || signInOf(now) === "none") return false;
  return (
    origin(now.url) === origin(stored.url) &&
    (now.user ?? "") === (stored.user ?? "") &&
    (now.header ?? "") === (stored.header ?? "")
  );
}

export function isComplete(now: FeedDefinition, stored: FeedDefinition | undefined): boolean {
  if (origin(now.url) === "") return false;
  const how = signInOf(now);
  const named = how === "none" || Boolean((how === "password" ? now.user : now.header)?.trim());
  return named && (how === "none" || Boolean(now.secret) || keepsSecret(now, stored));
}

/** As it is sent: no secret that was not typed. */
export function toSend({ secret_set: _set, secret, url, user, header, ...rest }: FeedDefinition): Sent<"feed"> {
  return {
    ...rest,
    url: url.trim(),
    user: user?.trim() || null,
    header: header?.trim() || null,
    ...(secret ? { secret } : {}),
  };
}

/** What a product is known by stands first. */
const FIRST_COLUMNS = ["id", "title", "price", "availability"];
const COLUMNS_MAX = 7;

/** The fields of the products a test has found, the best known first. */
export function columnsOf(rows: Tested["rows"]): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const known = FIRST_COLUMNS.filter((name) => names.includes(name));
  return [...known, ...names.filter((name) => !known.includes(name))].slice(0, COLUMNS_MAX);
}
