/** Places in a payload: made by clicking, written as JSONPath (RFC 9535), looked up to show what stands there. Pure. */

export type Segment = string | number;
type Step = Segment | "*";

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `$.customer.email`, `$.items[0]['unit price']`. */
export function pathText(segments: readonly Segment[]): string {
  const steps = segments.map((segment) => {
    if (typeof segment === "number") return `[${segment}]`;
    if (PLAIN.test(segment)) return `.${segment}`;
    return `['${segment.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
  });
  return `$${steps.join("")}`;
}

const STEP =
  /^(?:\.(\*|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|\[(\*|\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])/;

/** The steps of a path; null for what clicking never makes (filters, slices, `..`): only the server looks that up. */
export function parsePath(path: string): Step[] | null {
  if (!path.startsWith("$")) return null;
  const steps: Step[] = [];
  let rest = path.slice(1);
  while (rest !== "") {
    const found = STEP.exec(rest);
    if (!found) return null;
    const [whole, dotted, index, single, double] = found;
    const quoted = single ?? double;
    if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, "$1"));
    else if (dotted !== undefined) steps.push(dotted);
    else steps.push(index === "*" ? "*" : Number(index));
    rest = rest.slice(whole.length);
  }
  return steps;
}

function children(value: unknown, step: Step): unknown[] {
  if (Array.isArray(value)) {
    if (step === "*") return value;
    return typeof step === "number" && step in value ? [value[step]] : [];
  }
  if (value === null || typeof value !== "object") return [];
  if (step === "*") return Object.values(value);
  return typeof step === "string" && Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
}

/** What stands at a path, every match; null when only the server can say. */
export function matches(payload: unknown, path: string): unknown[] | null {
  const steps = parsePath(path);
  if (steps === null) return null;
  return steps.reduce<unknown[]>((found, step) => found.flatMap((value) => children(value, step)), [payload]);
}

/** What stands at a path as an event would take it: one value, or a list of several; undefined: nothing. */
export function valueAt(payload: unknown, path: string): unknown {
  const found = matches(payload, path);
  if (!found || found.length === 0) return undefined;
  return found.length === 1 && !path.includes("*") ? found[0] : found;
}

/** `$.items[*]` for the list at these segments. */
export const eachOf = (list: readonly Segment[]) => `${pathText(list)}[*]`;

/** A value as a rule takes it: relative to the one match where the rule makes an event of each. */
export function placeOf(segments: readonly Segment[], each: string | undefined): { path: string; whole?: true } {
  if (!each) return { path: pathText(segments) };
  const outer = parsePath(each);
  const inside =
    outer !== null &&
    segments.length >= outer.length &&
    outer.every((step, at) => (step === "*" ? segments[at] !== undefined : step === segments[at]));
  if (inside) return { path: pathText(segments.slice(outer.length)) };
  return { path: pathText(segments), whole: true };
}

/** Whether a path picks one item of a list, or all of them. */
export const ofList = (path: string) => /\[(\d+|\*)\]/.test(path);
export const takesAll = (path: string) => path.includes("[*]");

/** One item of the last list in the path, or all of it. */
export function withAll(path: string, all: boolean): string {
  const at = path.search(/\[(\d+|\*)\](?!.*\[(\d+|\*)\])/);
  if (at < 0) return path;
  return path.slice(0, at) + path.slice(at).replace(/^\[(\d+|\*)\]/, all ? "[*]" : "[0]");
}

export type Leaf = { segments: Segment[]; value: unknown };

/** Every single value of a payload, lists left out: in the order they stand there. */
export function leaves(payload: unknown, at: Segment[] = []): Leaf[] {
  if (Array.isArray(payload)) return [];
  if (payload === null || typeof payload !== "object") return [{ segments: at, value: payload }];
  return Object.entries(payload).flatMap(([name, value]) => leaves(value, [...at, name]));
}

/** Names of details as the rest of the product writes them: "Unit Price" and "unitPrice" are unit_price. */
export function detailName(segments: readonly Segment[]): string {
  const last = [...segments].reverse().find((segment) => typeof segment === "string") ?? "value";
  const words = String(last)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  return words.join("_") || "value";
}
