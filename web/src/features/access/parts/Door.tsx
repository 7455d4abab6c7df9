/** The plain page before signing in: a card in the middle, languages below. */

import { useLingui } from "@lingui/react/macro";
import { Box, Center, Group, Paper, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { activateLocale, LOCALES, type Locale } from "@/i18n";
import { usePageTitle } from "@/lib/nav";

export function Door({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  const { i18n, t } = useLingui();
  usePageTitle(title);
  return (
    <Center mih="100dvh" p="md" component="main">
      <Box w="100%" maw={420}>
        <Group gap="sm" mb="lg" justify="center">
          <img src="/favicon.svg" width={34} height={34} alt="" />
          <Text fw={700} fz={22}>
            Tutti
          </Text>
        </Group>
        <Paper withBorder p="xl" radius="md">
          <Stack gap="md">
            <Box>
              <Title order={1} size="h3">
                {title}
              </Title>
              {text && (
                <Text c="dimmed" size="sm" mt={4}>
                  {text}
                </Text>
              )}
            </Box>
            {children}
          </Stack>
        </Paper>
        <Group component="nav" aria-label={t`Language`} justify="center" mt="md" gap="md">
          {(Object.entries(LOCALES) as [Locale, string][]).map(([locale, name]) => (
            <UnstyledButton
              key={locale}
              lang={locale}
              fz="sm"
              c={i18n.locale === locale ? undefined : "dimmed"}
              fw={i18n.locale === locale ? 600 : 400}
              aria-current={i18n.locale === locale ? "true" : undefined}
              onClick={() => void activateLocale(locale)}
              mih={24}
            >
              {name}
            </UnstyledButton>
          ))}
        </Group>
      </Box>
    </Center>
  );
}
