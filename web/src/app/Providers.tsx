/** Everything that surrounds the pages: language, theme, data, toasts. */
import { i18n } from "@lingui/core";
import { I18nProvider, useLingui } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import { queryClient } from "@/api/query";
import { theme } from "./theme";

/** A change of language draws everything anew: texts made outside components follow too. */
function PerLanguage({ children }: { children: ReactNode }) {
  const { i18n: current } = useLingui();
  return <Fragment key={current.locale}>{children}</Fragment>;
}

export function Providers({ children }: { children: ReactNode }) {
  return (
    <I18nProvider i18n={i18n}>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <PerLanguage>
            <Notifications position="bottom-right" limit={4} />
            <ModalsProvider>{children}</ModalsProvider>
          </PerLanguage>
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}
