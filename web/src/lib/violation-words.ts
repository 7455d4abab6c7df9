/** How an event differs from the tracking plan, in words. */
import { useLingui } from "@lingui/react/macro";

export type Violation = { code: string; pointer: string; message: string };

/** "/products/*\/price" as people write it: products › price. */
export function placeOf(pointer: string): string {
  const steps = pointer.split("/").filter((step) => step !== "" && step !== "*" && !/^\d+$/.test(step));
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~")).join(" › ");
}

/** The codes of crates/plan; a code of a newer server is said in the server's words. */
export const VIOLATION_CODES = [
  "missing_property",
  "wrong_type",
  "not_allowed_value",
  "wrong_format",
  "out_of_range",
  "wrong_length",
  "not_as_planned",
  "unplanned_property",
  "unplanned_event",
] as const;

/** Codes whose words in the reader's language leave nothing to add. */
const SAID_WHOLLY = ["missing_property", "unplanned_property", "unplanned_event"];

/** What is worth a second line: not the top of the event, and nothing that the first line said already. */
export function detailOf({ code, pointer, message }: Violation, said: string): { pointer: string; message: string } {
  return {
    pointer: pointer === "/" ? "" : pointer,
    message: SAID_WHOLLY.includes(code) || message === said ? "" : message,
  };
}

export function useViolationWords(): (violation: Violation) => string {
  const { t } = useLingui();
  return ({ code, pointer, message }) => {
    const place = placeOf(pointer);
    if (place === "") {
      return code === "unplanned_event" ? t`The event is not in the plan` : message;
    }
    const words: Record<string, string> = {
      missing_property: t`“${place}” is missing`,
      wrong_type: t`“${place}” is of another type than planned`,
      not_allowed_value: t`“${place}” holds a value that is not allowed`,
      wrong_format: t`“${place}” is written in another way than planned`,
      out_of_range: t`“${place}” is too high or too low`,
      wrong_length: t`“${place}” is too long or too short`,
      not_as_planned: t`“${place}” is not as planned`,
      unplanned_property: t`“${place}” is not in the plan`,
      unplanned_event: t`The event is not in the plan`,
    };
    return words[code] ?? message;
  };
}
