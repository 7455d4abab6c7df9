import { Trans, useLingui } from "@lingui/react/macro";
import { Button, PasswordInput, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { Me } from "@/api/types";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { ownTimeZone } from "@/lib/zones";
import { ErrorPanel } from "@/ui/states";
import { Door } from "../parts/Door";
import { ZoneAndCurrency } from "../parts/ZoneAndCurrency";

const SHORTEST_PASSWORD = 10;

export default function SetupPage() {
  const { t } = useLingui();
  const go = useGo();
  const form = useForm({
    initialValues: {
      name: "",
      email: "",
      password: "",
      workspace_name: "",
      time_zone: ownTimeZone(),
      currency: "EUR",
    },
    validate: {
      password: (value) => (value.length < SHORTEST_PASSWORD ? t`Use at least ${SHORTEST_PASSWORD} characters.` : null),
    },
  });
  const setup = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) => api.post<Me>("/api/v1/setup", values),
    onSuccess: () => {
      queryClient.clear();
      go(paths.home(), { replace: true });
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <Door title={t`Set up Tutti`} text={t`You become the owner. Everything here can be changed later.`}>
      <form onSubmit={form.onSubmit((values) => setup.mutate(values))}>
        <Stack>
          {setup.error && <ErrorPanel error={setup.error} />}
          <TextInput label={t`Your name`} autoComplete="name" required {...form.getInputProps("name")} />
          <TextInput
            label={t`E-mail address`}
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t`Password`}
            description={t`At least ${SHORTEST_PASSWORD} characters.`}
            autoComplete="new-password"
            required
            {...form.getInputProps("password")}
          />
          <TextInput
            label={t`Name of the workspace`}
            description={t`Usually your shop or organisation.`}
            autoComplete="organization"
            required
            {...form.getInputProps("workspace_name")}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <ZoneAndCurrency form={form} />
          </SimpleGrid>
          <Button type="submit" loading={setup.isPending} fullWidth>
            <Trans>Create the workspace</Trans>
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
