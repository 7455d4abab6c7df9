/** The question some senders ask before they send: whose it is, and what both sides know. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrors } from "@/api/errors";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { changeConnection } from "../connect/queries";
import type { ChallengeKind, Connection, WebhookDefinition } from "../connect/types";

type Props = { connection: Connection; definition: WebhookDefinition };

export function ChallengePanel({ connection, definition }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const before = definition.challenge;
  const [kind, setKind] = useState<ChallengeKind>(before.kind);
  const [token, setToken] = useState("");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      changeConnection(connection.id, {
        definition: { ...definition, challenge: token ? { kind, token } : { kind } },
      }),
    onSuccess: () => toastDone(t`Saved`),
  });
  const about: Record<ChallengeKind, string> = {
    none: t`Most systems just send. Choose one only when the other system says that the address could not be verified.`,
    meta: t`Type the same verify token here and in the app's settings, save here first.`,
    slack: t`Slack sends a question once, when you enter the address; it is answered.`,
    microsoft: t`The validation of Graph and of Event Grid is answered.`,
    cloud_events: t`The handshake of senders that follow the CloudEvents standard is answered.`,
    x: t`X asks again every hour; the answer is made with the consumer secret of the app.`,
  };
  const needs = kind === "meta" || kind === "x";
  const kept = before.token_set && kind === before.kind;
  const problem = fieldErrors(save.error)["definition.challenge.token"];
  return (
    <Panel
      title={t`Verification of the address`}
      note={t`Some systems ask the address a question before they send to it.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="md" align="flex-start">
          {save.error && !problem ? <ErrorPanel error={save.error} /> : null}
          <NativeSelect
            label={t`Who asks`}
            w={420}
            maw="100%"
            value={kind}
            data={[
              { value: "none", label: t`Nobody` },
              { value: "meta", label: "Meta (Facebook, Instagram, WhatsApp)" },
              { value: "slack", label: "Slack" },
              { value: "microsoft", label: "Microsoft Graph, Event Grid" },
              { value: "cloud_events", label: "CloudEvents" },
              { value: "x", label: "X" },
            ]}
            onChange={(event) => setKind(event.currentTarget.value as ChallengeKind)}
          />
          <Text size="sm" c="dimmed">
            {about[kind]}
          </Text>
          {needs && (
            <PasswordInput
              label={kind === "meta" ? t`Verify token` : t`Consumer secret`}
              w={420}
              maw="100%"
              autoComplete="new-password"
              placeholder={kept ? t`Kept; type to replace it` : undefined}
              required={!kept}
              maxLength={500}
              value={token}
              error={problem}
              visibilityToggleButtonProps={{ "aria-label": t`Show the secret` }}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={save.isPending} disabled={!mayWrite || (needs && !kept && token === "")}>
            <Trans>Save</Trans>
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}
