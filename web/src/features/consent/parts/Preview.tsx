/** The public page or mail as it would be, in each language, on a light and a dark device. */
import { useLingui } from "@lingui/react/macro";
import { Box, Group, Loader, SegmentedControl, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LANGUAGES, type Language } from "@/api/consent";
import { LOCALES } from "@/i18n";
import { Panel } from "@/ui/Panel";
import { ErrorPanel, Loading } from "@/ui/states";
import { cleanSettings, inScheme, type Scheme } from "../model";
import { previewQuery } from "../queries";
import type { ConsentSettings, PreviewPage } from "../types";
import classes from "./consent.module.css";

const REST_MS = 400;

type Props = {
  settings: ConsentSettings;
  language: Language;
  onLanguage: (language: Language) => void;
  pages: PreviewPage[];
};

export function Preview({ settings, language, onLanguage, pages }: Props) {
  const { t } = useLingui();
  const [page, setPage] = useState<PreviewPage>(pages[0] ?? "preferences");
  const [scheme, setScheme] = useState<Scheme>("light");
  const [settled] = useDebouncedValue(settings, REST_MS);
  const preview = useQuery(previewQuery(page, language, cleanSettings(settled)));
  const names: Record<PreviewPage, string> = {
    preferences: t`Preference page`,
    confirm: t`Confirmation page`,
    confirmation_mail: t`Confirmation mail`,
  };
  return (
    <Panel
      title={t`Preview`}
      actions={preview.isFetching && <Loader size="xs" role="status" aria-label={t`Drawing`} />}
    >
      <Stack gap="sm">
        <Group gap="xs">
          {pages.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label={t`What is shown`}
              value={page}
              onChange={(next) => setPage(next as PreviewPage)}
              data={pages.map((value) => ({ value, label: names[value] }))}
            />
          )}
          <SegmentedControl
            size="xs"
            aria-label={t`Language of the preview`}
            value={language}
            onChange={(next) => onLanguage(next as Language)}
            data={LANGUAGES.map((value) => ({ value, label: LOCALES[value] }))}
          />
          <SegmentedControl
            size="xs"
            aria-label={t`Light or dark`}
            value={scheme}
            onChange={(next) => setScheme(next as Scheme)}
            data={[
              { value: "light", label: t`Light` },
              { value: "dark", label: t`Dark` },
            ]}
          />
        </Group>
        {preview.error ? <ErrorPanel error={preview.error} /> : null}
        {!preview.data && !preview.error && <Loading rows={6} />}
        {preview.data && (
          <Box>
            {preview.data.subject && (
              <Text fw={600} mb="xs" lang={language} style={{ overflowWrap: "anywhere" }}>
                {preview.data.subject}
              </Text>
            )}
            <iframe
              className={classes.frame}
              title={names[page]}
              sandbox=""
              referrerPolicy="no-referrer"
              srcDoc={inScheme(preview.data.html, scheme)}
              style={{ colorScheme: scheme, background: scheme === "dark" ? "#121212" : "#fff" }}
            />
          </Box>
        )}
      </Stack>
    </Panel>
  );
}
