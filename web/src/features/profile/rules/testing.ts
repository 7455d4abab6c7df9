/** Rules for the tests. */
import type { KindRule, Rules } from "./types";

export function kind(name: string, priority: number, more: Partial<KindRule> = {}): KindRule {
  return {
    kind: name,
    custom: false,
    form: "plain",
    names: "person",
    enabled: true,
    priority,
    limit: 5,
    blocked: [],
    ...more,
  };
}

export function rules(more: Partial<Rules> = {}): Rules {
  return {
    kinds: [
      kind("user_id", 10, { limit: 1 }),
      kind("loyalty_card", 20),
      kind("email", 40, { form: "email" }),
      kind("device_id", 80, { names: "device" }),
      kind("ios.id", 80, { names: "device" }),
      kind("anonymous_id", 90, { names: "device" }),
    ],
    other_kinds: { enabled: true, priority: 30, limit: 5 },
    gmail_dots: false,
    phone_region: "NL",
    shared_devices: { enabled: false, users: 3, days: 30 },
    traits: [],
    ...more,
  };
}
