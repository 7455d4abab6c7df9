/** The language and look a person has chosen, on whatever device: taken over as soon as it is known who signed in. */
import { i18n } from "@lingui/core";
import { type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { useLayoutEffect } from "react";
import { api } from "@/api/client";
import { meQuery, queryClient } from "@/api/query";
import type { Me } from "@/api/types";
import { activateLocale, isLocale } from "@/i18n";

const SCHEMES: Record<string, MantineColorScheme> = { light: "light", dark: "dark", system: "auto" };

/** Which answer about the person the language was taken from: a choice made since then is newer. */
let takenFrom = 0;

/** Before the first page of a session is drawn. Who has chosen no language yet keeps that of the browser. */
export async function takeOverLocale(me: Me): Promise<void> {
  const answeredAt = queryClient.getQueryState(meQuery.queryKey)?.dataUpdatedAt ?? 0;
  if (answeredAt === takenFrom) return;
  takenFrom = answeredAt;
  const { locale } = me.user;
  if (locale === i18n.locale) return;
  if (isLocale(locale)) await activateLocale(locale);
  else api.patch("/api/v1/me", { locale: i18n.locale }).catch(() => {});
}

/** Before the browser paints: nobody who reads in the dark sees a white page first. */
export function useOwnScheme(me: Me): void {
  const { setColorScheme } = useMantineColorScheme();
  const { id, theme } = me.user;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per person and choice, not when it is changed here
  useLayoutEffect(() => {
    const scheme = SCHEMES[theme];
    if (scheme) setColorScheme(scheme);
  }, [id, theme]);
}
