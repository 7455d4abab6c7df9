/** What data may be used for: on which lawful basis, and what people read about it. */
import { useLingui } from "@lingui/react/macro";
import { Select, Stack, Switch } from "@mantine/core";
import { BASES, type Basis, type Language } from "@/api/consent";
import { useBasisNames, usePurposeNames } from "@/lib/consent-words";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { PURPOSE_TEXTS } from "../built-in";
import type { PurposeSetting } from "../types";
import type { SettingsDraft } from "../useSettingsDraft";
import { useBasisNotes } from "../words";
import { LanguagePicker } from "./LanguagePicker";
import { LocalisedInput } from "./LocalisedInput";

type Props = { control: SettingsDraft; language: Language; onLanguage: (language: Language) => void };

export function PurposesForm({ control, language, onLanguage }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("consent.write");
  const names = usePurposeNames();
  const bases = useBasisNames();
  const notes = useBasisNotes();
  const { purposes } = control.draft;
  const set = (at: number, next: Partial<PurposeSetting>) =>
    control.change({ purposes: purposes.map((one, index) => (index === at ? { ...one, ...next } : one)) });
  return (
    <Stack gap="md">
      <LanguagePicker value={language} onChange={onLanguage} texts={purposes.map((one) => one.text)} />
      {purposes.map((one, at) => (
        <Panel key={one.purpose} title={names[one.purpose]}>
          <Stack gap="sm" maw={640}>
            <Select
              label={t`Lawful basis`}
              description={notes[one.basis]}
              allowDeselect={false}
              disabled={!mayWrite}
              data={BASES.map((value) => ({ value, label: bases[value] }))}
              value={one.basis}
              error={control.wrong[`purposes.${at}.basis`]}
              onChange={(basis) => basis && set(at, { basis: basis as Basis })}
            />
            <Switch
              label={t`On the preference page`}
              disabled={!mayWrite}
              checked={one.shown}
              onChange={(event) => set(at, { shown: event.currentTarget.checked })}
            />
            <LocalisedInput
              label={t`What people read`}
              description={t`Empty: the sentence that stands there in grey.`}
              fallback={PURPOSE_TEXTS[one.purpose][language]}
              language={language}
              disabled={!mayWrite}
              lines={2}
              maxLength={300}
              value={one.text}
              error={control.wrong[`purposes.${at}.text`] ?? control.wrong.purposes}
              onChange={(text) => set(at, { text })}
            />
          </Stack>
        </Panel>
      ))}
    </Stack>
  );
}
