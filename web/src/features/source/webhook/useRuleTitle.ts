/** What a rule is called in the list: by what it makes of the payload that is shown. */
import { useLingui } from "@lingui/react/macro";
import * as format from "@/lib/format";
import type { Rule } from "../connect/types";
import { valueAt } from "./jsonpath";
import { useCallTypes } from "./words";

type Sample = { payload: unknown; headers: Record<string, string> } | null;

export function useRuleTitle(sample: Sample): (rule: Rule, index: number) => string {
  const { t } = useLingui();
  const types = useCallTypes();
  return (rule, index) => {
    const number = format.number(index + 1);
    const name = rule.name || nameIn(rule, sample) || types[rule.type].label;
    return t`Event ${number}: ${name}`;
  };
}

function nameIn({ event }: Rule, sample: Sample): string {
  if (event?.text) return event.text;
  if (event?.header) return sample?.headers[event.header] ?? event.header;
  const found = event?.path && sample ? valueAt(sample.payload, event.path) : undefined;
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}
