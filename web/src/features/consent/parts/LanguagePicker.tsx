/** Which of the four languages is being written, and which are still empty. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Group, SegmentedControl, Text } from "@mantine/core";
import { LANGUAGES, type Language, type Localised } from "@/api/consent";
import { LOCALES } from "@/i18n";
import { missingLanguages } from "../model";

type Props = {
  value: Language;
  onChange: (language: Language) => void;
  /** Texts that should be there in all languages. */
  texts?: Localised[];
};

export function LanguagePicker({ value, onChange, texts = [] }: Props) {
  const { t } = useLingui();
  const missing = new Set(texts.flatMap(missingLanguages));
  const names = LANGUAGES.filter((language) => missing.has(language)).map((language) => LOCALES[language]);
  const list = names.join(", ");
  return (
    <Group gap="sm">
      <SegmentedControl
        aria-label={t`Language of the texts`}
        size="xs"
        value={value}
        onChange={(next) => onChange(next as Language)}
        data={LANGUAGES.map((language) => ({ value: language, label: LOCALES[language] }))}
      />
      {names.length > 0 && (
        <Text size="xs" c="var(--mantine-color-orange-text)">
          <Trans>Not everything is written yet in {list}</Trans>
        </Text>
      )}
    </Group>
  );
}
