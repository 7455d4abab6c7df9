/** Kinds, types, purposes, choices with what they do, and what was not as planned, in words. */
import { useLingui } from "@lingui/react/macro";
import type {
  EventRef,
  Kind,
  OnViolation,
  PropertyType,
  Purpose,
  UnplannedEvents,
  UnplannedProperties,
  Verdict,
} from "./types";

export function useKindWords(): Record<Kind, string> {
  const { t } = useLingui();
  return {
    track: t`Something a person does`,
    page: t`Page view`,
    screen: t`Screen view in the app`,
    identify: t`Facts about people`,
    group: t`Facts about companies`,
  };
}

/** What an entry is called in lists. */
export function useEventName(): (event: EventRef) => string {
  const { t } = useLingui();
  return ({ kind, name }) => {
    if (kind === "identify") return t`Facts about people (identify)`;
    if (kind === "group") return t`Facts about companies (group)`;
    if (kind === "page") return name ? t`Page “${name}”` : t`All other pages`;
    if (kind === "screen") return name ? t`Screen “${name}”` : t`All other screens`;
    return name;
  };
}

export function useTypeWords(): Record<PropertyType, string> {
  const { t } = useLingui();
  return {
    text: t`Text`,
    number: t`Number`,
    integer: t`Whole number`,
    boolean: t`Yes or no`,
    date: t`Date or time`,
    list: t`List`,
    object: t`Group of fields`,
    any: t`Anything`,
  };
}

export function usePurposeWords(): Record<Purpose, string> {
  const { t } = useLingui();
  return {
    marketing: t`Marketing messages`,
    analytics: t`Statistics`,
    personalisation: t`Personal content`,
    ads: t`Advertising`,
    operations: t`Running the business`,
  };
}

type Choice<T extends string> = { value: T; label: string; does: string };

export function useViolationChoices(): Choice<OnViolation>[] {
  const { t } = useLingui();
  return [
    { value: "pass", label: t`Keep, and say nothing`, does: t`The event is kept as it came. Nothing is counted.` },
    {
      value: "count",
      label: t`Keep and count`,
      does: t`The event is kept as it came. You see here how often it happens, and where it comes from.`,
    },
    {
      value: "block",
      label: t`Refuse`,
      does: t`The event is not kept: it is missing from people, segments and reports. The sender gets an error, and the last ones stand with the refused events of the source.`,
    },
  ];
}

export function useUnplannedEventChoices(): Choice<UnplannedEvents>[] {
  const { t } = useLingui();
  return [
    { value: "keep", label: t`Keep, and say nothing`, does: t`Events that are not in the plan are kept as before.` },
    {
      value: "count",
      label: t`Keep and count`,
      does: t`They are kept, and you see here which ones arrive.`,
    },
    {
      value: "block",
      label: t`Refuse`,
      does: t`They are not kept. The sender gets an error, and the last ones stand with the refused events of the source.`,
    },
    {
      value: "drop",
      label: t`Throw away`,
      does: t`They are kept nowhere, and the sender does not notice. What was thrown away cannot be brought back.`,
    },
  ];
}

export function useUnplannedPropertyChoices(): Choice<UnplannedProperties>[] {
  const { t } = useLingui();
  return [
    {
      value: "keep",
      label: t`Keep, and say nothing`,
      does: t`Properties that are not in the plan are kept as before.`,
    },
    { value: "count", label: t`Keep and count`, does: t`They are kept, and you see here which ones arrive.` },
    {
      value: "drop",
      label: t`Remove`,
      does: t`Their values are taken out before anything is stored; the rest of the event is kept. Good for personal data nobody asked for.`,
    },
  ];
}

export function useVerdictWords(): Record<Verdict, { title: string; color: string }> {
  const { t } = useLingui();
  return {
    accepted: { title: t`This event would be kept as it is`, color: "teal" },
    changed: { title: t`This event would be kept, without what is not planned`, color: "orange" },
    blocked: { title: t`This event would be refused`, color: "red" },
    dropped: { title: t`This event would be thrown away`, color: "red" },
  };
}
