/** What a rule says, and what is wrong with it, in the reader's words. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui as useLinguiRuntime } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import type { CallType, TryProblem, ValueForm } from "../connect/types";
import type { Field } from "./model";

export function useCallTypes(): Record<CallType, { label: string; about: string }> {
  const { t } = useLingui();
  return {
    track: { label: t`Something happened`, about: t`An order, a call, a form: an event with details.` },
    identify: { label: t`Who somebody is`, about: t`Name, address and the like, kept with the customer.` },
    page: { label: t`A page was seen`, about: t`A visit to a page of a website.` },
    screen: { label: t`A screen was seen`, about: t`A visit to a screen of an app.` },
    group: { label: t`Which company somebody works for`, about: t`A company, and who belongs to it.` },
    alias: { label: t`Two numbers are one person`, about: t`An old customer number is replaced by a new one.` },
  };
}

export function useFieldLabels(): Record<Field, { label: string; about: string }> {
  const { t } = useLingui();
  return {
    event: { label: t`What happened`, about: t`The name of the event, for example “Order Placed”.` },
    user_id: { label: t`Customer number`, about: t`The number you know the customer by.` },
    email: { label: t`E-mail`, about: t`Finds the customer when there is no number.` },
    phone: { label: t`Phone`, about: t`Finds the customer when there is no number.` },
    anonymous_id: { label: t`Browser or device`, about: t`A number of somebody who is not known yet.` },
    group_id: { label: t`Company number`, about: t`The number you know the company by.` },
    previous_id: { label: t`Old customer number`, about: t`The number that is replaced.` },
    timestamp: { label: t`When it happened`, about: t`Empty: the moment it came in.` },
    message_id: { label: t`Number of the message`, about: t`What comes twice with the same number counts once.` },
  };
}

export function useFormLabels(): Record<ValueForm, string> {
  const { t } = useLingui();
  return {
    text: t`Text`,
    number: t`Number`,
    minor_units: t`Amount in cents`,
    boolean: t`Yes or no`,
    date: t`Date`,
    lower_case: t`Text in small letters`,
  };
}

/** What can be wrong with a mapping, by code, or by code and field where the field says more. */
export const PROBLEMS: Record<string, MessageDescriptor> = {
  bad_name: msg`Give it a name`,
  bad_path: msg`This place cannot be read: click the value in the payload instead`,
  bad_value: msg`Say where it comes from`,
  missing_field: msg`This is needed`,
  "missing_field event": msg`Say what happened`,
  "missing_field user_id": msg`Say who it is: a customer number, an e-mail address, a phone number or a device`,
  name_twice: msg`Another one has this name`,
  not_a_time: msg`This is no date or time`,
  not_readable: msg`This cannot be read like that`,
  not_text: msg`There is a list or an object here, not one value`,
  too_many_events: msg`This makes too many events of one payload`,
  too_many_fields: msg`These are too many details for one event`,
  too_many_rules: msg`There are as many events as there may be`,
  unknown_type: msg`There is no such kind of event`,
};

export function problemMessage({ code, pointer }: Pick<TryProblem, "code" | "pointer">): MessageDescriptor | null {
  const field = pointer.split("/")[3] ?? "";
  return PROBLEMS[`${code} ${field}`] ?? PROBLEMS[code] ?? null;
}

export function useProblemWords(): (problem: TryProblem) => string {
  const { _ } = useLinguiRuntime();
  return (problem) => {
    const words = problemMessage(problem);
    return words ? _(words) : problem.detail;
  };
}
