import { Trans, useLingui } from "@lingui/react/macro";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { meQuery, queryClient } from "@/api/query";
import { useMe } from "@/lib/session";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { toastDone } from "@/ui/toast";

const SHORTEST_PASSWORD = 10;

export default function AccountPage() {
  const { t } = useLingui();
  const me = useMe();
  const form = useForm({
    initialValues: { name: me.user.name, password: "", current_password: "" },
    validate: {
      password: (value) =>
        value && value.length < SHORTEST_PASSWORD ? t`Use at least ${SHORTEST_PASSWORD} characters.` : null,
    },
  });
  const save = useMutation({
    mutationFn: ({ name, password, current_password }: typeof form.values) =>
      api.patch(
        "/api/v1/me",
        password ? { name, password, current_password: current_password || undefined } : { name },
      ),
    onError: (error) => form.setErrors(fieldErrors(error)),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      form.setValues({ password: "", current_password: "" });
      toastDone(t`Saved`);
    },
  });
  return (
    <Page title={t`Your account`} description={me.user.email}>
      <Panel>
        <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
          <Stack maw={420}>
            <TextInput label={t`Your name`} autoComplete="name" required {...form.getInputProps("name")} />
            <PasswordInput
              label={t`New password`}
              description={t`Leave empty to keep the present one.`}
              autoComplete="new-password"
              {...form.getInputProps("password")}
            />
            {form.values.password !== "" && (
              <PasswordInput
                label={t`Present password`}
                description={t`Leave empty if you have only signed in by link so far.`}
                autoComplete="current-password"
                {...form.getInputProps("current_password")}
              />
            )}
            <Button type="submit" loading={save.isPending} style={{ alignSelf: "flex-start" }}>
              <Trans>Save</Trans>
            </Button>
          </Stack>
        </form>
      </Panel>
    </Page>
  );
}
