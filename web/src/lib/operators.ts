/** The operators: which fit a type of value, and what kind of value each compares with. Pure. */
import type { Operator, Span } from "@/api/types";

export type ValueType = "string" | "number" | "boolean" | "date";
export type Operand = "none" | "value" | "list" | "text" | "number" | "range" | "date" | "span";

type Entry = { operand: Operand; types: ValueType[] };

const ALL_TYPES: ValueType[] = ["string", "number", "boolean", "date"];

export const OPERATORS: Record<Operator, Entry> = {
  equals: { operand: "value", types: ["string", "number"] },
  not_equals: { operand: "value", types: ["string", "number"] },
  in: { operand: "list", types: ["string", "number"] },
  not_in: { operand: "list", types: ["string", "number"] },
  contains: { operand: "text", types: ["string"] },
  not_contains: { operand: "text", types: ["string"] },
  starts_with: { operand: "text", types: ["string"] },
  ends_with: { operand: "text", types: ["string"] },
  matches: { operand: "text", types: ["string"] },
  gt: { operand: "number", types: ["number"] },
  gte: { operand: "number", types: ["number"] },
  lt: { operand: "number", types: ["number"] },
  lte: { operand: "number", types: ["number"] },
  between: { operand: "range", types: ["number", "date"] },
  before: { operand: "date", types: ["date"] },
  after: { operand: "date", types: ["date"] },
  within_last: { operand: "span", types: ["date"] },
  not_within_last: { operand: "span", types: ["date"] },
  anniversary_in_next: { operand: "span", types: ["date"] },
  anniversary_today: { operand: "none", types: ["date"] },
  is_true: { operand: "none", types: ["boolean"] },
  is_false: { operand: "none", types: ["boolean"] },
  exists: { operand: "none", types: ALL_TYPES },
  not_exists: { operand: "none", types: ALL_TYPES },
};

/** Of attributes only: a birthday comes round every year, a detail of an event does not. */
export const YEARLY_OPERATORS: readonly Operator[] = ["anniversary_in_next", "anniversary_today"];

/** The server's name of a type as one of ours; mixed or unknown values are compared as text. */
export function valueType(name: string | undefined): ValueType {
  if (name === "number" || name === "integer" || name === "float") return "number";
  if (name === "boolean" || name === "bool") return "boolean";
  if (name === "date" || name === "datetime" || name === "timestamp") return "date";
  return "string";
}

export function operatorsFor(type: ValueType, without: readonly Operator[] = []): Operator[] {
  const all = Object.keys(OPERATORS) as Operator[];
  return all.filter((op) => OPERATORS[op].types.includes(type) && !without.includes(op));
}

/** What a comparison begins with: the most usual one that is offered. */
export function firstOperator(type: ValueType, without: readonly Operator[] = []): Operator {
  const usual: Operator = type === "boolean" ? "is_true" : type === "date" ? "within_last" : "equals";
  return without.includes(usual) ? (operatorsFor(type, without)[0] ?? usual) : usual;
}

const DEFAULT_SPAN: Span = { amount: 30, unit: "day" };

function isSpan(value: unknown): value is Span {
  return typeof value === "object" && value !== null && "amount" in value && "unit" in value;
}

/** What stays of a value when the operator changes: as much as fits. */
export function carryValue(op: Operator, value: unknown): unknown {
  const single = Array.isArray(value) ? value[0] : value;
  const isScalar = ["string", "number", "boolean"].includes(typeof single);
  switch (OPERATORS[op].operand) {
    case "none":
      return undefined;
    case "value":
      return isScalar ? single : undefined;
    case "list":
      return Array.isArray(value) ? value : isScalar && single !== "" ? [single] : [];
    case "text":
      return isScalar ? String(single) : "";
    case "number":
      return typeof single === "number" ? single : undefined;
    case "range":
      return Array.isArray(value) && value.length === 2 ? value : [undefined, undefined];
    case "date":
      return typeof single === "string" ? single : undefined;
    case "span":
      return isSpan(value) ? value : DEFAULT_SPAN;
  }
}

/** Whether a value is there and fits the operator, so that the server can count it. */
export function isValueComplete(op: Operator, value: unknown): boolean {
  const present = (one: unknown) => one !== undefined && one !== null && one !== "";
  switch (OPERATORS[op].operand) {
    case "none":
      return true;
    case "list":
      return Array.isArray(value) && value.length > 0;
    case "range":
      return Array.isArray(value) && value.length === 2 && value.every(present);
    case "span":
      return isSpan(value) && Number.isInteger(value.amount) && value.amount > 0;
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    default:
      return present(value);
  }
}

/** Text from an input as the type of value it is compared with. */
export function typed(type: ValueType, text: string): string | number {
  const number = Number(text.replace(",", "."));
  return type === "number" && text.trim() !== "" && Number.isFinite(number) ? number : text;
}
