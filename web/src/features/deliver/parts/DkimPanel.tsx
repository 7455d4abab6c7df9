/** Signing: makes a key and shows the record to put into DNS. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Dkim, Sender } from "@/api/types";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { CodeBlock, CopyField } from "@/ui/copy";
import { Panel } from "@/ui/Panel";
import { toastDone } from "@/ui/toast";
import { domainOf } from "../model";
import { senderQuery } from "../queries";

export function DkimPanel({ sender }: { sender: Sender }) {
  const { t } = useLingui();
  const mayWrite = useCan("sender.write");
  const [asking, setAsking] = useState(false);
  const form = useForm({
    initialValues: {
      domain: sender.dkim?.domain ?? domainOf(sender.from_email),
      selector: sender.dkim?.selector ?? "tutti",
      algorithm: (sender.dkim?.algorithm ?? "rsa") as Dkim["algorithm"],
    },
  });
  const generate = useMutation({
    mutationFn: (values: typeof form.values) => api.post("/api/v1/senders/dkim", values),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: senderQuery.queryKey });
      setAsking(false);
      toastDone(t`A new key is in use`);
    },
  });
  const submit = form.onSubmit((values) => (sender.dkim ? setAsking(true) : generate.mutate(values)));
  return (
    <Panel
      title={t`Signature (DKIM)`}
      note={t`Proves that messages are yours. Without it much of your mail ends up as spam.`}
      actions={
        sender.dkim ? (
          <Badge color="teal" variant="light">{t`signs`}</Badge>
        ) : (
          <Badge color="orange" variant="light">{t`not set up`}</Badge>
        )
      }
    >
      <Stack>
        {sender.dkim && (
          <Stack gap="xs">
            <Text size="sm">
              <Trans>Put this record into the DNS of your domain, as TXT:</Trans>
            </Text>
            <CopyField label={t`Name`} value={sender.dkim.dns_name} />
            <CodeBlock label={t`Copy the value`} code={sender.dkim.dns_record} />
          </Stack>
        )}
        <form onSubmit={submit}>
          <Stack maw={640}>
            <SimpleGrid cols={{ base: 1, xs: 3 }}>
              <TextInput label={t`Domain`} required disabled={!mayWrite} {...form.getInputProps("domain")} />
              <TextInput label={t`Selector`} required disabled={!mayWrite} {...form.getInputProps("selector")} />
              <NativeSelect
                label={t`Kind of key`}
                disabled={!mayWrite}
                data={[
                  { value: "rsa", label: "RSA 2048" },
                  { value: "ed25519", label: "Ed25519" },
                ]}
                {...form.getInputProps("algorithm")}
              />
            </SimpleGrid>
            <Group>
              <Button type="submit" variant="default" loading={generate.isPending} disabled={!mayWrite}>
                {sender.dkim ? <Trans>Make a new key</Trans> : <Trans>Make a key</Trans>}
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`A new key for ${form.values.domain}?`}
        confirmLabel={t`Make a new key`}
        loading={generate.isPending}
        onConfirm={() => generate.mutate(form.values)}
      >
        <Trans>
          Messages fail the check until the new record is in DNS. Use another selector to keep the old record beside it.
        </Trans>
      </ConfirmDialog>
    </Panel>
  );
}
