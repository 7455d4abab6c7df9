/** A first rule for a payload, by what its values are called: to be looked at and put right, not to be trusted. Pure. */
import type { Named, Rule, Value } from "../connect/types";
import { detailName, type Leaf, leaves, pathText } from "./jsonpath";

type Wanted = { field: "event" | "user_id" | "email" | "phone" | "timestamp" | "message_id"; names: RegExp[] };

/** Each tried in its order over all values, so that a better name wins over an earlier place. */
const WANTED: Wanted[] = [
  { field: "event", names: [/^(event|event_name|event_type|topic|action)$/, /^type$/] },
  {
    field: "user_id",
    names: [
      /(^|\.)(customer|user|contact|client|member|person|klant|kund)\.(id|number)$/,
      /(^|\.)(customer|user|client|contact)_?id$/,
    ],
  },
  {
    field: "email",
    names: [/(^|\.)(customer|user|contact|client|person)\.e?_?mail(_address)?$/, /(^|\.)e_?mail(_address)?$/],
  },
  { field: "phone", names: [/(^|\.)(phone|mobile|telephone|phone_number)$/] },
  {
    field: "timestamp",
    names: [
      /^(timestamp|occurred_at|happened_at|event_time|created_at|created|date|time)$/,
      /(^|\.)(created_at|created|updated_at)$/,
    ],
  },
  { field: "message_id", names: [/^(event_id|message_id|delivery_id|idempotency_key)$/, /^id$/] },
];

/** Headers in which well-known systems say what happened and number what they send. */
const EVENT_HEADERS = ["x-shopify-topic", "x-github-event", "x-wc-webhook-topic", "x-event-type", "x-event-name"];
const ID_HEADERS = ["webhook-id", "x-shopify-event-id", "x-github-delivery", "x-wc-webhook-delivery-id"];

const DETAILS_MAX = 15;

/** "customer.emailAddress" as "customer.email_address". */
const nameOf = ({ segments }: Leaf) => segments.map((segment) => detailName([segment])).join(".");
const isScalar = (value: unknown) => value !== null && value !== "";

function header(headers: Record<string, string>, names: string[]): Value | undefined {
  const present = Object.keys(headers).map((name) => name.toLowerCase());
  const found = names.find((name) => present.includes(name));
  return found === undefined ? undefined : { header: found };
}

export function suggestRule(payload: unknown, headers: Record<string, string>): Rule {
  const all = leaves(payload).filter(({ segments, value }) => segments.length > 0 && isScalar(value));
  const taken = new Set<Leaf>();
  const rule: Rule = { type: "track" };
  for (const { field, names } of WANTED) {
    const fromHeader = field === "event" ? EVENT_HEADERS : field === "message_id" ? ID_HEADERS : [];
    const said = header(headers, fromHeader);
    const leaf = said ? undefined : names.map((name) => all.find((one) => name.test(nameOf(one)))).find(Boolean);
    if (said) rule[field] = said;
    else if (leaf) {
      rule[field] = { path: pathText(leaf.segments) };
      taken.add(leaf);
    }
  }
  rule.event ??= { text: "" };
  rule.properties = details(all.filter((leaf) => !taken.has(leaf)));
  return rule;
}

function details(rest: Leaf[]): Named[] {
  const named: Named[] = [];
  for (const leaf of rest.slice(0, DETAILS_MAX)) {
    const short = detailName(leaf.segments);
    const name = named.some((one) => one.name === short) ? nameOf(leaf).replaceAll(".", "_") : short;
    if (!named.some((one) => one.name === name)) named.push({ name, value: { path: pathText(leaf.segments) } });
  }
  return named;
}
