/** Values of attributes as somebody reads and types them. */
import * as format from "./format";

/** A trait typed by a person, as JSON where it is meant so: 12, true, ["a"]; else text. */
export function parseTraitValue(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (/^(-?\d+(\.\d+)?|true|false|null|\[.*\]|\{.*\})$/s.test(trimmed) && !/^-?0\d/.test(trimmed)) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return text;
    }
  }
  return text;
}

/** "2026-10-09T12:32:56.333Z": a moment as programs write it, with its zone. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** How a value is read: lists without their marks, moments as everywhere else. `raw`: as it is kept, where that differs. */
export function traitShown(value: unknown): { text: string; raw?: string } {
  if (typeof value === "string" && MOMENT.test(value) && !Number.isNaN(Date.parse(value))) {
    return { text: format.dateTime(value), raw: value };
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => item === null || typeof item !== "object")) {
    return { text: value.map((item) => traitShown(item).text).join(", "), raw: JSON.stringify(value) };
  }
  return { text: format.value(value) };
}

/** How a value stands in a field where it can be changed. */
export function traitText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
