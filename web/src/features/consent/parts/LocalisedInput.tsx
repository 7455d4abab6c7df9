/** A text in the language being written; what people of that language would see without it stands grey. */
import { Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { type Language, type Localised, localised } from "@/api/consent";
import { LOCALES } from "@/i18n";
import { withText } from "../model";

type Props = {
  label: string;
  description?: ReactNode;
  language: Language;
  value: Localised;
  onChange: (value: Localised) => void;
  error?: ReactNode;
  required?: boolean;
  disabled?: boolean;
  maxLength?: number;
  lines?: number;
  autoFocus?: boolean;
  /** Seen where no language has a text. */
  fallback?: string;
};

export function LocalisedInput({ label, language, value, onChange, lines = 1, autoFocus, fallback, ...rest }: Props) {
  const shared = {
    ...rest,
    label: `${label} (${LOCALES[language]})`,
    lang: language,
    value: value[language] ?? "",
    placeholder: localised(value, language) || fallback,
    "data-autofocus": autoFocus || undefined,
  };
  return lines > 1 ? (
    <Textarea
      {...shared}
      autosize
      minRows={lines}
      onChange={(event) => onChange(withText(value, language, event.currentTarget.value))}
    />
  ) : (
    <TextInput {...shared} onChange={(event) => onChange(withText(value, language, event.currentTarget.value))} />
  );
}
