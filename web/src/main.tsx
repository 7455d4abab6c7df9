import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./app/theme.css";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { meQuery, onFailure, queryClient } from "./api/query";
import { Providers } from "./app/Providers";
import { router } from "./app/router";
import { activateLocale, initialLocale } from "./i18n";
import { paths } from "./lib/paths";
import { toastError } from "./ui/toast";

onFailure.mutation = toastError;
onFailure.signedOut = () => {
  const here = router.state.location;
  if (here.pathname === paths.signIn() || here.pathname === paths.setup()) return;
  queryClient.removeQueries({ queryKey: meQuery.queryKey });
  void router.navigate({ href: `${paths.signIn()}?next=${encodeURIComponent(here.href)}` });
};

async function start(): Promise<void> {
  await activateLocale(initialLocale());
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no #root");
  createRoot(root).render(
    <StrictMode>
      <Providers>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}

void start();
