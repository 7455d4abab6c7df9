/** The preference page: whose it is, how it looks, what it offers; beside it as people see it. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, Stack, Switch, TextInput } from "@mantine/core";
import { LANGUAGES, type Language } from "@/api/consent";
import { LOCALES } from "@/i18n";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { builtIn, INTRO } from "../built-in";
import { SECTIONS } from "../types";
import type { SettingsDraft } from "../useSettingsDraft";
import { useSectionWords } from "../words";
import { AccentField } from "./AccentField";
import classes from "./consent.module.css";
import { LanguagePicker } from "./LanguagePicker";
import { LocalisedInput } from "./LocalisedInput";
import { LogoField } from "./LogoField";
import { Preview } from "./Preview";

type Props = { control: SettingsDraft; language: Language; onLanguage: (language: Language) => void };

export function PageForm({ control, language, onLanguage }: Props) {
  return (
    <div className={classes.columns}>
      <Stack gap="md">
        <Look control={control} />
        <Words control={control} language={language} onLanguage={onLanguage} />
        <Sections control={control} />
      </Stack>
      <Preview
        settings={control.draft}
        language={language}
        onLanguage={onLanguage}
        pages={["preferences", "confirm"]}
      />
    </div>
  );
}

function Look({ control }: { control: SettingsDraft }) {
  const { t } = useLingui();
  const mayWrite = useCan("consent.write");
  const { draft, change, wrong } = control;
  return (
    <Panel title={t`Look`}>
      <Stack gap="sm">
        <TextInput
          label={t`Name of the company`}
          disabled={!mayWrite}
          maxLength={80}
          value={draft.company}
          error={wrong.company}
          onChange={(event) => change({ company: event.currentTarget.value })}
        />
        <LogoField
          value={draft.logo_url}
          disabled={!mayWrite}
          error={wrong.logo_url}
          onChange={(logo_url) => change({ logo_url })}
        />
        <TextInput
          label={t`Address of your privacy statement`}
          description={t`Begins with https://. Empty: no link.`}
          type="url"
          maxLength={500}
          disabled={!mayWrite}
          value={draft.privacy_url}
          error={wrong.privacy_url}
          onChange={(event) => change({ privacy_url: event.currentTarget.value })}
        />
        <AccentField
          value={draft.accent}
          disabled={!mayWrite}
          error={wrong.accent}
          onChange={(accent) => change({ accent })}
        />
      </Stack>
    </Panel>
  );
}

function Words({ control, language, onLanguage }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("consent.write");
  const { draft, change, wrong } = control;
  return (
    <Panel title={t`Words`}>
      <Stack gap="sm">
        <NativeSelect
          label={t`Language when the person's is not known`}
          disabled={!mayWrite}
          data={LANGUAGES.map((value) => ({ value, label: LOCALES[value] }))}
          value={draft.default_language}
          error={wrong.default_language}
          onChange={(event) => change({ default_language: event.currentTarget.value })}
        />
        <LanguagePicker value={language} onChange={onLanguage} texts={[draft.intro]} />
        <LocalisedInput
          label={t`Introduction`}
          description={t`Empty: the sentence that stands there in grey.`}
          fallback={builtIn(INTRO, language, draft.company)}
          language={language}
          disabled={!mayWrite}
          lines={3}
          maxLength={1000}
          value={draft.intro}
          error={wrong.intro}
          onChange={(intro) => change({ intro })}
        />
        <TextInput
          label={t`Version of the texts`}
          description={t`Stands in the proof of every choice. Change it when you change what people agree to.`}
          disabled={!mayWrite}
          maxLength={40}
          value={draft.text_version}
          error={wrong.text_version}
          onChange={(event) => change({ text_version: event.currentTarget.value })}
        />
      </Stack>
    </Panel>
  );
}

function Sections({ control }: { control: SettingsDraft }) {
  const { t } = useLingui();
  const mayWrite = useCan("consent.write");
  const words = useSectionWords();
  const { sections } = control.draft;
  return (
    <Panel title={t`What people can do there`} note={t`Topics and channels are always there, and so is leaving all.`}>
      <Stack gap="sm">
        {SECTIONS.map((section) => (
          <Switch
            key={section}
            label={words[section].name}
            description={words[section].does}
            disabled={!mayWrite}
            checked={sections[section]}
            onChange={(event) => control.change({ sections: { ...sections, [section]: event.currentTarget.checked } })}
          />
        ))}
      </Stack>
    </Panel>
  );
}
