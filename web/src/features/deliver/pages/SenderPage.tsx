import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Radio, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { Sender } from "@/api/types";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { ErrorPanel, QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { fromForm, toForm } from "../model";
import { DkimPanel } from "../parts/DkimPanel";
import { SmtpFields } from "../parts/SmtpFields";
import { TestPanel } from "../parts/TestPanel";
import { senderQuery } from "../queries";

export default function SenderPage() {
  const { t } = useLingui();
  const sender = useQuery({ ...senderQuery, refetchOnWindowFocus: false });
  return (
    <Page title={t`Sender`} description={t`In whose name e-mail goes out, and through which server.`}>
      <QueryView query={sender}>
        {(data) => (
          <Stack gap="md">
            <SenderSettings sender={data} />
            <DkimPanel sender={data} />
            <TestPanel sender={data} />
          </Stack>
        )}
      </QueryView>
    </Page>
  );
}

function SenderSettings({ sender }: { sender: Sender }) {
  const { t } = useLingui();
  const mayWrite = useCan("sender.write");
  const form = useForm({ initialValues: toForm(sender) });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) => api.put<Sender>("/api/v1/senders", fromForm(values, sender)),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: senderQuery.queryKey });
      form.setFieldValue("password", "");
      toastDone(t`Saved`);
    },
    onError: (error) => {
      const wrong = Object.entries(fieldErrors(error)).map(([path, detail]) => [path.replace("smtp.", ""), detail]);
      form.setErrors(Object.fromEntries(wrong));
    },
  });
  const submit = form.onSubmit((values) => save.mutate(values));
  useShortcut("mod+s", t`Save`, () => submit(), "edit");
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {save.error && <ErrorPanel error={save.error} />}
        <Panel title={t`From`}>
          <Stack maw={640}>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <TextInput label={t`Name`} required disabled={!mayWrite} {...form.getInputProps("from_name")} />
              <TextInput
                label={t`E-mail address`}
                type="email"
                required
                disabled={!mayWrite}
                {...form.getInputProps("from_email")}
              />
            </SimpleGrid>
            <TextInput
              label={t`Answers go to`}
              description={t`Empty: to the address above.`}
              type="email"
              disabled={!mayWrite}
              {...form.getInputProps("reply_to")}
            />
            <Textarea
              label={t`Postal address`}
              description={t`Stands at the foot of every campaign; many countries require it.`}
              autosize
              minRows={2}
              disabled={!mayWrite}
              {...form.getInputProps("postal_address")}
            />
          </Stack>
        </Panel>
        <Panel title={t`How it is sent`}>
          <Stack>
            <Radio.Group aria-label={t`How it is sent`} {...form.getInputProps("channel")}>
              <Stack gap="xs">
                <Radio
                  value="sandbox"
                  disabled={!mayWrite}
                  label={t`Sandbox`}
                  description={t`Nothing leaves this server. Every message is kept in the sandbox inbox for you to read.`}
                />
                <Radio
                  value="smtp"
                  disabled={!mayWrite}
                  label={t`SMTP server`}
                  description={t`Messages go to real people through your mail server.`}
                />
              </Stack>
            </Radio.Group>
            {form.values.channel === "smtp" && (
              <SmtpFields form={form} disabled={!mayWrite} hadPassword={sender.smtp?.password_set === true} />
            )}
          </Stack>
        </Panel>
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!mayWrite}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
