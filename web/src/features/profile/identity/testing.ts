/** Identities for the tests. */
import type { Conflict, HomedIdentifier, Identity, Merge } from "./types";

const AT = "2026-11-01T10:00:00Z";

export function identifier(kind: string, value: string, home: string): HomedIdentifier {
  return { kind, value, home, first_seen: AT, last_seen: AT, source: null };
}

export function merge(from: string, into: string, at = AT): Merge {
  return { from, into, at, reason: "identify declared user_id", event: "evt_1", identifiers: 1 };
}

export function conflict(more: Partial<Conflict> = {}): Conflict {
  return {
    kind: "email",
    value: "bea@x.nl",
    profile: "pro_a",
    profile_label: "Anna",
    owner: "pro_x",
    owner_label: "Bea",
    reason: "other_profile",
    occurrences: 1,
    first_at: AT,
    last_at: AT,
    ...more,
  };
}

export function identity(more: Partial<Identity> = {}): Identity {
  return { profile: "pro_a", identifiers: [], merges: [], conflicts: [], kept_apart: [], sorting: false, ...more };
}
