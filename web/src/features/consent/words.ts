/** Sections, lawful bases and starts of a topic, each with what it means. */
import { useLingui } from "@lingui/react/macro";
import type { Basis, TopicDefault } from "@/api/consent";
import type { Section } from "./types";

export function useSectionWords(): Record<Section, { name: string; does: string }> {
  const { t } = useLingui();
  return {
    purposes: { name: t`Use of data`, does: t`People say what their data may be used for.` },
    frequency: { name: t`How often`, does: t`People choose fewer messages instead of none.` },
    pause: { name: t`Pause`, does: t`People take a break instead of leaving.` },
    language: { name: t`Language`, does: t`People choose the language you write to them in.` },
    data: { name: t`Copy of their data`, does: t`People ask for a copy of what you keep about them.` },
    erase: { name: t`Erasure`, does: t`People ask to be erased; they confirm it by e-mail.` },
  };
}

export function useBasisNotes(): Record<Basis, string> {
  const { t } = useLingui();
  return {
    consent: t`Only with a yes. Without an answer the data are not used for it.`,
    contract: t`Needed to do what was agreed with the person.`,
    legitimate_interest: t`A good reason of yours that outweighs the person's; they can object.`,
    legal_obligation: t`A law asks for it.`,
    vital_interest: t`It protects somebody's life.`,
    public_task: t`It is part of a public task.`,
  };
}

export function useDefaultWords(): Record<TopicDefault, { name: string; does: string }> {
  const { t } = useLingui();
  return {
    opt_in: { name: t`Only who says yes`, does: t`Nobody gets it until they choose it.` },
    opt_out: {
      name: t`Everybody until they say no`,
      does: t`Everybody who is subscribed to the channel gets it. Only right when the topic was part of what they said yes to.`,
    },
  };
}
