/** A form to copy into a website; who fills it in is asked to confirm by e-mail. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Language, topicName, topicsQuery } from "@/api/consent";
import { sourcesQuery } from "@/api/query";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { CodeBlock } from "@/ui/copy";
import { LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { type FormWords, signUpForm } from "../model";
import type { ConsentSettings } from "../types";
import { LanguagePicker } from "./LanguagePicker";

/** In the language of the form, which need not be the reader's. */
const WORDS: Record<Language, FormWords> = {
  en: { email: "E-mail address", submit: "Sign up", sentence: "Yes, e-mail me. I can stop at any time." },
  nl: { email: "E-mailadres", submit: "Aanmelden", sentence: "Ja, mail me. Ik kan altijd stoppen." },
  sv: { email: "E-postadress", submit: "Anmäl mig", sentence: "Ja, mejla mig. Jag kan sluta när som helst." },
  fy: { email: "E-mailadres", submit: "Oanmelde", sentence: "Ja, mail my. Ik kin altyd ophâlde." },
};

type Props = { settings: ConsentSettings; language: Language; onLanguage: (language: Language) => void };

export function SignUpForm(props: Props) {
  const { t } = useLingui();
  const sources = useQuery({ ...sourcesQuery, enabled: useCan("source.read") });
  const listed = useQuery(topicsQuery);
  return (
    <Panel title={t`Sign-up form`} note={t`Paste it into any page of your website. It works without a script.`}>
      <QueryView
        query={{ ...listed, data: sources.data && listed.data && { sources: sources.data, topics: listed.data } }}
      >
        {(data) => {
          const keys = data.sources.items.filter((source) => source.write_key);
          if (keys.length === 0) {
            return (
              <EmptyState
                title={t`Connect your website first`}
                text={t`The form needs the write key of a source, so that you see where people signed up.`}
                actions={<LinkButton to={`${paths.sources()}?new=1`}>{t`Connect a source`}</LinkButton>}
              />
            );
          }
          return <Form {...props} topics={data.topics.items.filter((one) => !one.archived)} sources={keys} />;
        }}
      </QueryView>
    </Panel>
  );
}

type FormProps = Props & {
  topics: { key: string; name: Parameters<typeof topicName>[0]["name"]; channels: string[] }[];
  sources: { id: string; name: string; write_key: string }[];
};

function Form({ settings, language, onLanguage, topics, sources }: FormProps) {
  const { t, i18n } = useLingui();
  const byEmail = topics.filter((one) => one.channels.includes("email"));
  const [source, setSource] = useState(sources[0]?.id ?? "");
  const [chosen, setChosen] = useState(() => byEmail.map((one) => one.key));
  const key = sources.find((one) => one.id === source)?.write_key ?? "";
  const offered = byEmail
    .filter((one) => chosen.includes(one.key))
    .map((one) => ({ key: one.key, name: topicName(one, language) }));
  const code = signUpForm(window.location.origin, key, language, settings.text_version, offered, WORDS[language]);
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="md">
        <NativeSelect
          label={t`Source`}
          description={t`Where people sign up.`}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
          data={sources.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <LanguagePicker value={language} onChange={onLanguage} />
      </Group>
      {byEmail.length > 0 && (
        <Checkbox.Group label={t`Topics to choose from`} value={chosen} onChange={setChosen}>
          <Group gap="md" mt="xs">
            {byEmail.map((one) => (
              <Checkbox key={one.key} value={one.key} label={topicName(one, i18n.locale)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      <CodeBlock code={code} label={t`Sign-up form`} />
      <Text size="sm" c="dimmed">
        <Trans>
          The answer is always the same, so that nobody can find out who is a customer. Programs can send the same
          fields as JSON to /v1/subscribe.
        </Trans>
      </Text>
    </Stack>
  );
}
