/** The address another system calls, to copy into its settings. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { CodeBlock, CopyField } from "@/ui/copy";
import { Panel } from "@/ui/Panel";
import { toastDone } from "@/ui/toast";
import { rotate } from "../connect/queries";
import type { Connection } from "../connect/types";

export function AddressPanel({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const [asking, setAsking] = useState(false);
  const anew = useMutation({
    mutationFn: () => rotate(connection.id),
    onSuccess: () => {
      setAsking(false);
      toastDone(t`“${connection.name}” has a new address`);
    },
  });
  const url = connection.webhook_url ?? "";
  return (
    <Panel
      title={t`Address`}
      note={t`Paste it where the other system asks for a webhook address. Keep it secret: who knows it can send.`}
      actions={
        mayWrite && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            <Trans>New address</Trans>
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <CopyField label={t`Webhook address`} value={url} />
        <details>
          <summary>
            <Text span size="sm">
              <Trans>Send one from a command line, to try</Trans>
            </Text>
          </summary>
          <CodeBlock label={t`Copy the command`} code={tryCommand(url)} />
        </details>
      </Stack>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`A new address for ${connection.name}?`}
        confirmLabel={t`Make a new address`}
        loading={anew.isPending}
        onConfirm={() => anew.mutate()}
      >
        <Trans>
          The present address stops working at once. What the other system sends is lost until the new one stands in its
          settings.
        </Trans>
      </ConfirmDialog>
    </Panel>
  );
}

const tryCommand = (url: string) => `curl ${url} \\
  --header 'content-type: application/json' \\
  --data '{
    "event": "Order Placed",
    "created_at": "2026-11-22T10:00:00Z",
    "customer": { "id": 123, "email": "ann@example.com" },
    "total": 89.95
  }'`;
