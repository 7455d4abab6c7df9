/** Values of attributes as somebody reads and types them. */

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

/** How a value stands in a field where it can be changed. */
export function traitText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
