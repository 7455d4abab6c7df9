/** How the sender proves that it is the sender. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, PasswordInput, Radio, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrors } from "@/api/errors";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { changeConnection } from "../connect/queries";
import type { Connection, Scheme, WebhookDefinition } from "../connect/types";

type Props = { connection: Connection; definition: WebhookDefinition };

export function SignaturePanel({ connection, definition }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const before = definition.signature;
  const [scheme, setScheme] = useState(before.scheme);
  const [secret, setSecret] = useState("");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      changeConnection(connection.id, {
        definition: { ...definition, signature: secret ? { scheme, secret } : { scheme } },
      }),
    onSuccess: () => toastDone(t`Saved`),
  });
  const choices: { value: Scheme; label: string; about: string }[] = [
    { value: "none", label: t`None`, about: t`Who knows the address can send. Enough for trying things out.` },
    {
      value: "standard",
      label: "Standard Webhooks",
      about: t`A secret that begins with whsec_, as Svix and many others give it.`,
    },
    { value: "shopify", label: "Shopify", about: t`The webhook secret of the shop's settings.` },
    { value: "stripe", label: "Stripe", about: t`The signing secret of the endpoint.` },
    { value: "github", label: "GitHub", about: t`The secret you typed at the webhook.` },
    { value: "slack", label: "Slack", about: t`The signing secret of the app.` },
  ];
  const kept = before.secret_set && scheme === before.scheme;
  const errors = fieldErrors(save.error);
  const problem = errors["definition.signature.secret"] ?? errors["definition.signature"];
  return (
    <Panel
      title={t`Signature`}
      note={t`With a secret that both sides know, nobody else can send in its name. What has a wrong signature is refused.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="md" align="flex-start">
          {save.error && !problem ? <ErrorPanel error={save.error} /> : null}
          <Radio.Group label={t`Kind of signature`} value={scheme} onChange={(next) => setScheme(next as Scheme)}>
            <Stack gap="xs" mt="xs">
              {choices.map(({ value, label, about }) => (
                <Radio key={value} value={value} label={label} description={about} />
              ))}
            </Stack>
          </Radio.Group>
          {scheme !== "none" && (
            <PasswordInput
              label={t`Secret`}
              w={420}
              maw="100%"
              autoComplete="new-password"
              placeholder={kept ? t`Kept; type to replace it` : undefined}
              required={!kept}
              value={secret}
              error={problem}
              visibilityToggleButtonProps={{ "aria-label": t`Show the secret` }}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          )}
          <Group gap="sm">
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!mayWrite || (scheme !== "none" && !kept && secret === "")}
            >
              <Trans>Save</Trans>
            </Button>
            {scheme !== "none" && (
              <Text size="sm" c="dimmed">
                <Trans>The secret is kept encrypted and never shown again.</Trans>
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
