/** What is typed as JSON. Pure. */
import type { JsonObject } from "@/api/types";

/** Any JSON; undefined when it is none. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A JSON object; null for anything else. */
export function jsonObject(text: string): JsonObject | null {
  const value = json(text);
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : null;
}
