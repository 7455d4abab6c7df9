/** The mail that asks for a confirmation (double opt-in), beside it as people get it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { NumberInput, Stack, Text } from "@mantine/core";
import type { Language } from "@/api/consent";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { builtIn, MAIL_SUBJECT, MAIL_TEXT } from "../built-in";
import type { SettingsDraft } from "../useSettingsDraft";
import classes from "./consent.module.css";
import { LanguagePicker } from "./LanguagePicker";
import { LocalisedInput } from "./LocalisedInput";
import { Preview } from "./Preview";

/** Unless chosen otherwise. */
const UNCONFIRMED_DAYS = 30;

type Props = { control: SettingsDraft; language: Language; onLanguage: (language: Language) => void };

export function MailForm({ control, language, onLanguage }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("consent.write");
  const { confirmation } = control.draft;
  return (
    <div className={classes.columns}>
      <Panel title={t`Confirmation mail`}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            <Trans>
              Whoever signs up for a topic with confirmation gets this mail. The button and what it confirms are added
              by themselves. No advertising belongs in it: the person has not said yes yet.
            </Trans>
          </Text>
          <LanguagePicker value={language} onChange={onLanguage} texts={[confirmation.subject, confirmation.text]} />
          <LocalisedInput
            label={t`Subject`}
            description={t`Empty: the sentence that stands there in grey.`}
            fallback={builtIn(MAIL_SUBJECT, language, control.draft.company)}
            language={language}
            disabled={!mayWrite}
            maxLength={120}
            value={confirmation.subject}
            error={control.wrong["confirmation.subject"]}
            onChange={(subject) => control.change({ confirmation: { ...confirmation, subject } })}
          />
          <LocalisedInput
            label={t`Text above the button`}
            description={t`Empty: the sentence that stands there in grey.`}
            fallback={builtIn(MAIL_TEXT, language, control.draft.company)}
            language={language}
            disabled={!mayWrite}
            lines={4}
            maxLength={1500}
            value={confirmation.text}
            error={control.wrong["confirmation.text"]}
            onChange={(text) => control.change({ confirmation: { ...confirmation, text } })}
          />
          <NumberInput
            label={t`Days to confirm`}
            description={t`Whoever has not confirmed by then is removed again: the sign-up, and the person when there is nothing else. The link itself works for 7 days.`}
            disabled={!mayWrite}
            min={7}
            max={365}
            allowDecimal={false}
            clampBehavior="blur"
            value={control.draft.unconfirmed_days ?? UNCONFIRMED_DAYS}
            error={control.wrong.unconfirmed_days}
            onChange={(days) => typeof days === "number" && control.change({ unconfirmed_days: days })}
          />
        </Stack>
      </Panel>
      <Preview settings={control.draft} language={language} onLanguage={onLanguage} pages={["confirmation_mail"]} />
    </div>
  );
}
