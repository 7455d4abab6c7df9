import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Paper, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Language } from "@/api/consent";
import { ApiError } from "@/api/errors";
import { isLocale } from "@/i18n";
import { useSearchValue } from "@/lib/nav";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Page } from "@/ui/Page";
import { ErrorPanel, QueryView } from "@/ui/states";
import classes from "../parts/consent.module.css";
import { MailForm } from "../parts/MailForm";
import { PageForm } from "../parts/PageForm";
import { PurposesForm } from "../parts/PurposesForm";
import { SignUpForm } from "../parts/SignUpForm";
import { SummaryCards } from "../parts/SummaryCards";
import { TopicList } from "../parts/TopicList";
import { settingsQuery } from "../queries";
import type { ConsentSettings } from "../types";
import { type SettingsDraft, useSettingsDraft } from "../useSettingsDraft";

export default function ConsentPage() {
  const { t } = useLingui();
  const settings = useQuery(settingsQuery);
  return (
    <Page
      title={t`Consent and preferences`}
      description={t`What people can subscribe to, what their data may be used for, and the page where they choose it themselves.`}
    >
      <QueryView query={settings}>{(data) => <Body settings={data} />}</QueryView>
    </Page>
  );
}

function Body({ settings }: { settings: ConsentSettings }) {
  const { t, i18n } = useLingui();
  const [tab, setTab] = useSearchValue("tab", "topics");
  const [language, setLanguage] = useState<Language>(isLocale(i18n.locale) ? i18n.locale : "en");
  const control = useSettingsDraft(settings);
  const shared = { control, language, onLanguage: setLanguage };
  return (
    <Stack gap="lg">
      <SummaryCards />
      <Tabs value={tab} onChange={(next) => setTab(next ?? "topics")} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="topics">{t`Topics`}</Tabs.Tab>
          <Tabs.Tab value="purposes">{t`Use of data`}</Tabs.Tab>
          <Tabs.Tab value="page">{t`Preference page`}</Tabs.Tab>
          <Tabs.Tab value="mail">{t`Confirmation mail`}</Tabs.Tab>
          <Tabs.Tab value="form">{t`Sign-up form`}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="topics">
          <TopicList />
        </Tabs.Panel>
        <Tabs.Panel value="purposes">
          <PurposesForm {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="page">
          <PageForm {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="mail">
          <MailForm {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="form">
          <SignUpForm settings={control.draft} language={language} onLanguage={setLanguage} />
        </Tabs.Panel>
      </Tabs>
      <SaveBar control={control} />
    </Stack>
  );
}

/** What was changed on any tab is saved together; it stays in view. */
function SaveBar({ control }: { control: SettingsDraft }) {
  const { t } = useLingui();
  const mayWrite = useCan("consent.write");
  const { changed, saving, error } = control;
  useShortcut("mod+s", t`Save`, () => changed && control.save(), "edit");
  if (!changed || !mayWrite) return null;
  const stale = error instanceof ApiError && error.code === "stale_version";
  return (
    <Paper withBorder radius="md" px="md" py="sm" className={classes.save}>
      <Stack gap="sm">
        {stale ? (
          <Alert color="orange" role="alert" title={t`Somebody else changed the settings`}>
            <Button size="xs" mt="xs" onClick={() => window.location.reload()}>
              <Trans>Load again</Trans>
            </Button>
          </Alert>
        ) : (
          error && <ErrorPanel error={error} />
        )}
        <Group justify="space-between" gap="sm">
          <Text size="sm" role="status">
            <Trans>There are changes that are not saved yet.</Trans>
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={control.discard}>
              <Trans>Discard</Trans>
            </Button>
            <Button loading={saving} onClick={control.save}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Group>
      </Stack>
    </Paper>
  );
}
