import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { Me } from "@/api/types";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { ErrorPanel } from "@/ui/states";
import { Door } from "../parts/Door";

/** Only addresses of ours: never follow a link to elsewhere after signing in. */
function safeNext(next: string): string {
  return next.startsWith("/") && !next.startsWith("//") ? next : paths.home();
}

export default function SignInPage() {
  const { t } = useLingui();
  const go = useGo();
  const [next] = useSearchValue("next");
  const [link] = useSearchValue("link");
  const form = useForm({ initialValues: { email: "", password: "" } });
  const signIn = useMutation({
    meta: { quiet: true },
    mutationFn: (body: { email: string; password: string }) => api.post<Me>("/api/v1/session", body),
    onSuccess: () => {
      queryClient.clear();
      go(safeNext(next), { replace: true });
    },
  });
  return (
    <Door title={t`Sign in`}>
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
        <Stack>
          {link === "used" && !signIn.error && (
            <Alert color="yellow">
              <Trans>
                This sign-in link was used already or has expired. Sign in with your password, or ask whoever runs Tutti
                for a new link.
              </Trans>
            </Alert>
          )}
          {isStatus(signIn.error, 401) ? (
            <Alert color="red" role="alert">
              <Trans>The e-mail address and the password do not belong together.</Trans>
            </Alert>
          ) : (
            signIn.error && <ErrorPanel error={signIn.error} />
          )}
          <TextInput
            label={t`E-mail address`}
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t`Password`}
            autoComplete="current-password"
            required
            {...form.getInputProps("password")}
          />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            <Trans>Sign in</Trans>
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
