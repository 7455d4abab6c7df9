/** One payload as it came. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Drawer, Group, Stack, Table, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import { CodeBlock, JsonView } from "@/ui/copy";
import type { Connection, Payload } from "../connect/types";
import { usePayloadStates } from "../connect/words";
import { useReplay } from "./useReplay";

type Props = { connection: Connection; payload: Payload | null; onClose: () => void };

export function PayloadDrawer({ connection, payload, onClose }: Props) {
  const { t } = useLingui();
  return (
    <Drawer
      opened={payload !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={t`What came in`}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {payload && <Body connection={connection} payload={payload} onClose={onClose} />}
    </Drawer>
  );
}

function Body({ connection, payload, onClose }: { connection: Connection; payload: Payload; onClose: () => void }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const states = usePayloadStates();
  const again = useReplay(connection);
  const headers = Object.entries(payload.headers);
  const { body } = payload;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {states[payload.state].label} · {format.exactTime(payload.received_at)}
      </Text>
      {payload.detail && (
        <Text size="sm" lang="en">
          {payload.detail}
        </Text>
      )}
      {typeof body === "string" ? (
        <CodeBlock code={body} label={t`The payload`} />
      ) : (
        <JsonView value={body} label={t`The payload`} />
      )}
      {headers.length > 0 && (
        <Table verticalSpacing={4} aria-label={t`Headers`}>
          <Table.Tbody>
            {headers.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={400} c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {payload.state !== "mapped" && mayWrite && (
        <Group>
          <Button loading={again.isPending} onClick={() => again.mutate([payload.id], { onSuccess: onClose })}>
            <Trans>Replay</Trans>
          </Button>
        </Group>
      )}
    </Stack>
  );
}
