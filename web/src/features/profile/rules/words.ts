/** Identity rules in words: which value stays and why, what is not right, what a change would mean. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { ApiError } from "@/api/errors";
import * as format from "@/lib/format";
import { useIdentifierNames, useOrigin } from "../identity/words";
import type { NameObstacle, TraitObstacle } from "./model";
import type { KindEffect, RulesPreview, Survivor } from "./types";

export const SURVIVORS: Survivor[] = ["latest", "first", "most_trusted", "max", "min", "sum", "union", "longest"];

/** In the picker of rules: short, and with what it is good for. */
export function useSurvivorNames(): Record<Survivor, { label: string; about: string }> {
  const { t } = useLingui();
  return {
    latest: { label: t`the latest`, about: t`What was said last. Good for an address.` },
    first: { label: t`the first`, about: t`What was said first. Good for where somebody came from.` },
    most_trusted: { label: t`of the most trusted source`, about: t`You say which source counts more.` },
    max: { label: t`the highest`, about: t`Good for a level that never goes down.` },
    min: { label: t`the lowest`, about: t`Good for the date of a first order.` },
    sum: { label: t`all added up`, about: t`Every source and account counts with its latest. Good for points.` },
    union: { label: t`all as one list`, about: t`Every different value stays. Good for interests.` },
    longest: { label: t`the longest`, about: t`Good for names that are sometimes shortened.` },
  };
}

/** The rule that chose a value, as a sentence; one this screen does not know has the server's words. */
export function useRuleSentence(): (rule: { code: string; sources: string[]; words: string }) => string {
  const { t } = useLingui();
  const origin = useOrigin();
  return ({ code, sources, words }) => {
    const order = sources.map((source) => origin({ source })).join(", ");
    const sentences: Record<string, string> = {
      latest: t`The latest value counts.`,
      first: t`The first value counts.`,
      most_trusted: t`The most trusted source counts, in this order: ${order}. Of one source the latest.`,
      max: t`The highest value counts.`,
      min: t`The lowest value counts.`,
      sum: t`The latest values of every source and account are added up.`,
      union: t`All different values count, as one list.`,
      longest: t`The longest value counts.`,
    };
    return sentences[code] ?? words;
  };
}

export function useTraitObstacleWords(): Record<TraitObstacle, string> {
  const { t } = useLingui();
  return {
    trait: t`Say which attribute.`,
    repeated: t`This attribute stands further up already.`,
    sources: t`Choose at least one source.`,
  };
}

export function useNameObstacleWords(): Record<NameObstacle, string> {
  const { t } = useLingui();
  return {
    empty: t`Give it a name first.`,
    known: t`This kind is there already.`,
    many: t`There are as many kinds of your own as there may be.`,
  };
}

/** What the server found wrong, by the code of the field; its own words where there are none. */
export function useRuleMistakes(): (code: string, detail: string) => string {
  const { t } = useLingui();
  const words: Record<string, string> = {
    unknown_kind: t`This name cannot be used for a kind`,
    repeated_kind: t`This kind is there already.`,
    out_of_range: t`This number is too small or too large`,
    too_many: t`These are more than there may be`,
    bad_pattern: t`This pattern cannot be used: it is empty, too long, or fits everything`,
    user_id_first: t`Nothing may stand above the customer number`,
    unknown_region: t`Phone numbers of this country are not known`,
    sources_needed: t`Choose at least one source.`,
    repeated_trait: t`This attribute stands further up already.`,
  };
  return (code, detail) => words[code] ?? detail;
}

export function mistakesOf(error: unknown): { pointer: string; code: string; detail: string }[] {
  return error instanceof ApiError ? (error.problem.errors ?? []) : [];
}

/** The name of a kind; all that have no line of their own are "other kinds". */
export function useKindName(): (kind: string) => string {
  const { t } = useLingui();
  const known = useIdentifierNames();
  const more: Record<string, string> = {
    "*": t`All other kinds`,
    device_id: t`Device`,
    ga_client_id: t`Browser (Google Analytics)`,
    cross_domain_id: t`Browser (across sites)`,
    "android.id": t`Android device`,
    "android.idfa": t`Android advertising ID`,
    "android.push_token": t`Android push token`,
    "ios.id": t`iPhone or iPad`,
    "ios.idfa": t`Apple advertising ID`,
    "ios.push_token": t`Apple push token`,
  };
  return (kind) => more[kind] ?? known(kind);
}

export function effectOf({ over_limit, blocked, disabled }: KindEffect, name: string): string[] {
  return [
    over_limit > 0 &&
      plural(over_limit, {
        one: `${name}: # customer has more than the new limit, and keeps them.`,
        other: `${name}: # customers have more than the new limit, and keep them.`,
      }),
    blocked > 0 &&
      plural(blocked, {
        one: `${name}: # value of today would not be taken any more.`,
        other: `${name}: # values of today would not be taken any more.`,
      }),
    disabled > 0 &&
      plural(disabled, {
        one: `${name}: # value of today would not count any more.`,
        other: `${name}: # values of today would not count any more.`,
      }),
  ].filter((one) => one !== false);
}

/** What a change would mean, one sentence each; none when nobody known today is affected. */
export function usePreviewWords(): (preview: RulesPreview) => string[] {
  const { t } = useLingui();
  const name = useKindName();
  return ({ kinds, gmail, traits }) => {
    const sentences = kinds.flatMap((kind) => effectOf(kind, name(kind.kind)));
    if (gmail && gmail.mailboxes > 0) {
      const mailboxes = format.number(gmail.mailboxes);
      const customers = format.number(gmail.customers);
      sentences.push(
        gmail.complete
          ? t`Gmail: ${mailboxes} mailboxes are shared by ${customers} customers of today. They stay apart until something joins them.`
          : t`Gmail: at least ${mailboxes} mailboxes are shared by ${customers} customers of today. They stay apart until something joins them.`,
      );
    }
    if (traits.length > 0) {
      const list = traits.join(", ");
      sentences.push(t`Another value may stay from now on: ${list}. The value of today is where it begins.`);
    }
    return sentences;
  };
}
