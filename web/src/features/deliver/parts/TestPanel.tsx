/** One message to yourself, through exactly the way campaigns take. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Sender, SenderTest } from "@/api/types";
import { paths } from "@/lib/paths";
import { useCan, useMe } from "@/lib/session";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";

export function TestPanel({ sender }: { sender: Sender }) {
  const { t } = useLingui();
  const me = useMe();
  const mayWrite = useCan("sender.write");
  const form = useForm({ initialValues: { to: me.user.email } });
  const test = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) => api.post<SenderTest>("/api/v1/senders/test", values),
  });
  const refused = test.data?.results.find((result) => !result.accepted);
  return (
    <Panel title={t`Test`} note={t`Sends one short message with the saved settings.`}>
      <form onSubmit={form.onSubmit((values) => test.mutate(values))}>
        <Stack maw={640}>
          <Group align="flex-end">
            <TextInput
              label={t`To`}
              type="email"
              required
              style={{ flex: 1 }}
              disabled={!mayWrite}
              {...form.getInputProps("to")}
            />
            <Button type="submit" loading={test.isPending} disabled={!mayWrite}>
              <Trans>Send a test</Trans>
            </Button>
          </Group>
          {test.error && <ErrorPanel error={test.error} />}
          {refused && (
            <Alert color="red" role="alert" title={t`The message was not accepted`}>
              {refused.error}
            </Alert>
          )}
          {test.isSuccess && !refused && (
            <Alert color="teal" role="status">
              {sender.channel === "sandbox" ? (
                <Trans>
                  It is in the <AppLink to={paths.sandbox()}>sandbox inbox</AppLink>.
                </Trans>
              ) : (
                <Trans>The mail server has accepted it.</Trans>
              )}
            </Alert>
          )}
        </Stack>
      </form>
    </Panel>
  );
}
