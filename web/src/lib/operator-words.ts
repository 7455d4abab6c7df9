/** Operators and units of time in words. */
import { useLingui } from "@lingui/react/macro";
import type { Operator, TimeUnit } from "@/api/types";

export function useOperatorWords(): Record<Operator, string> {
  const { t } = useLingui();
  return {
    equals: t`is`,
    not_equals: t`is not`,
    in: t`is one of`,
    not_in: t`is none of`,
    contains: t`contains`,
    not_contains: t`does not contain`,
    starts_with: t`starts with`,
    ends_with: t`ends with`,
    matches: t`matches the pattern`,
    gt: t`is more than`,
    gte: t`is at least`,
    lt: t`is less than`,
    lte: t`is at most`,
    between: t`is between`,
    before: t`is before`,
    after: t`is after`,
    within_last: t`is within the last`,
    not_within_last: t`is not within the last`,
    anniversary_in_next: t`comes round in the next`,
    anniversary_today: t`comes round today`,
    is_true: t`is yes`,
    is_false: t`is no`,
    exists: t`is known`,
    not_exists: t`is not known`,
  };
}

export const UNITS: TimeUnit[] = ["minute", "hour", "day", "week", "month", "year"];

export function useUnitWords(): Record<TimeUnit, string> {
  const { t } = useLingui();
  return {
    minute: t`minutes`,
    hour: t`hours`,
    day: t`days`,
    week: t`weeks`,
    month: t`months`,
    year: t`years`,
  };
}
