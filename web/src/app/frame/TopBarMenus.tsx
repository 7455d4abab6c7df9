/** Language and light or dark, both kept for the person on the server and in this browser. */

import { useLingui } from "@lingui/react/macro";
import { ActionIcon, type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from "@tabler/icons-react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import { activateLocale, LOCALES, type Locale } from "@/i18n";

/** Best effort: the choice is already kept in this browser. */
function remember(change: { theme: string }): void {
  api.patch("/api/v1/me", change).catch(() => {});
}

/** Sentences written by the server are asked for again, in the new language. */
async function changeLocale(locale: Locale): Promise<void> {
  await Promise.all([activateLocale(locale), api.patch("/api/v1/me", { locale }).catch(() => {})]);
  await queryClient.invalidateQueries({ queryKey: ["segments"] });
}

export function LanguageItems() {
  const { i18n } = useLingui();
  return (Object.entries(LOCALES) as [Locale, string][]).map(([locale, name]) => (
    <Menu.Item
      key={locale}
      lang={locale}
      leftSection={<IconCheck size={14} style={{ opacity: i18n.locale === locale ? 1 : 0 }} aria-hidden />}
      aria-current={i18n.locale === locale ? "true" : undefined}
      onClick={() => {
        void changeLocale(locale);
      }}
    >
      {name}
    </Menu.Item>
  ));
}

export function LanguageMenu() {
  const { t } = useLingui();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Language`}>
          <IconLanguage size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <LanguageItems />
      </Menu.Dropdown>
    </Menu>
  );
}

export function ThemeItems() {
  const { t } = useLingui();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const schemes: { value: MantineColorScheme; label: string; icon: typeof IconSun }[] = [
    { value: "light", label: t`Light`, icon: IconSun },
    { value: "dark", label: t`Dark`, icon: IconMoon },
    { value: "auto", label: t`Like the system`, icon: IconDeviceDesktop },
  ];
  return schemes.map((scheme) => (
    <Menu.Item
      key={scheme.value}
      leftSection={<scheme.icon size={15} aria-hidden />}
      rightSection={colorScheme === scheme.value ? <IconCheck size={14} aria-hidden /> : undefined}
      aria-current={colorScheme === scheme.value ? "true" : undefined}
      onClick={() => {
        setColorScheme(scheme.value);
        remember({ theme: scheme.value === "auto" ? "system" : scheme.value });
      }}
    >
      {scheme.label}
    </Menu.Item>
  ));
}

export function ThemeMenu() {
  const { t } = useLingui();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Light or dark`}>
          <IconSun size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <ThemeItems />
      </Menu.Dropdown>
    </Menu>
  );
}
