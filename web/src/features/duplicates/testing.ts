/** Groups for the tests. */
import type { ProfileSummary } from "@/api/types";
import type { Group, Pair } from "./types";

const AT = "2026-11-01T10:00:00Z";

export function person(id: string, label: string, email: string | null = null): ProfileSummary {
  return {
    id,
    label,
    email,
    created_at: AT,
    first_seen: AT,
    last_seen: AT,
    events: 1,
    channels: [],
    orders: 0,
    revenue: null,
  };
}

export function pair(more: Partial<Pair> = {}): Pair {
  return {
    one: "prf_a",
    other: "prf_b",
    probability: 0.999,
    bits: 10,
    prior_bits: -14,
    evidence: [
      { field: "last_name", level: "exact", one: "Jansen", other: "Jansen", bits: 16 },
      { field: "email", level: null, one: "a@x.nl", other: null, bits: 0 },
      { field: "city", level: "different", one: "Utrecht", other: "Delft", bits: -4 },
      { field: "date_of_birth", level: "exact", one: "1980-02-03", other: "1980-02-03", bits: 12 },
    ],
    ...more,
  };
}

export function group(people: ProfileSummary[], more: Partial<Group> = {}): Group {
  return { id: "dup_1", version: 1, probability: 0.999, people, pairs: [pair()], ...more };
}
