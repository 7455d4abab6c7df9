/** One event as it came in: who it joined, when and through what, and the raw JSON. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Code, Drawer, Group, List, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { LiveEvent } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useSourceName } from "@/lib/sources";
import { useViolationWords, type Violation } from "@/lib/violation-words";
import { ChannelBadge } from "@/ui/channels";
import { JsonView } from "@/ui/copy";
import { AppLink } from "@/ui/links";
import { personLabel } from "../model";

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" c="dimmed" fw={400} w={130}>
        {name}
      </Table.Th>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{children}</Table.Td>
    </Table.Tr>
  );
}

type Props = { event: LiveEvent | null; labels: ReadonlyMap<string, string>; onClose: () => void };

export function EventDrawer({ event, labels, onClose }: Props) {
  const { t } = useLingui();
  const sourceName = useSourceName();
  const statuses: Record<string, string> = {
    accepted: t`Accepted`,
    corrected: t`Kept without a part`,
    violating: t`Not as planned`,
  };
  const delay = event ? new Date(event.received_at).getTime() - new Date(event.at).getTime() : 0;
  return (
    <Drawer
      opened={event !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={event?.name}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {event && (
        <Stack>
          <Group gap="xs">
            <ChannelBadge channel={event.channel} />
            <Badge variant="light" color={event.status === "accepted" ? "teal" : "orange"}>
              {statuses[event.status] ?? event.status}
            </Badge>
            <Badge variant="default">{event.kind}</Badge>
          </Group>
          <Table verticalSpacing={5}>
            <Table.Tbody>
              <Fact name={t`Person`}>
                <Group gap="xs">
                  <AppLink to={paths.person(event.profile.id)}>
                    {personLabel(event, labels, (tail) => t`Visitor ${tail}`)}
                  </AppLink>
                  {event.profile.created && (
                    <Badge size="sm" color="teal" variant="light">
                      <Trans>New</Trans>
                    </Badge>
                  )}
                </Group>
              </Fact>
              <Fact name={t`Happened`}>{format.exactTime(event.at)}</Fact>
              <Fact name={t`Received`}>
                {format.exactTime(event.received_at)}
                {delay > 0 && (
                  <Text size="sm" c="dimmed">
                    {t`${format.duration(delay)} later`}
                  </Text>
                )}
              </Fact>
              <Fact name={t`Source`}>{sourceName(event.source)}</Fact>
              <Fact name={t`Message ID`}>{event.message_id}</Fact>
            </Table.Tbody>
          </Table>
          {event.plan && event.plan.violations.length > 0 && <Violations violations={event.plan.violations} />}
          <JsonView value={event} label={t`The event as JSON`} />
        </Stack>
      )}
    </Drawer>
  );
}

/** How it differs from the tracking plan. */
function Violations({ violations }: { violations: Violation[] }) {
  const { t } = useLingui();
  const words = useViolationWords();
  return (
    <Alert color="orange" title={t`Not as planned`}>
      <List size="sm" spacing={4}>
        {violations.map((one) => (
          <List.Item key={one.code + one.pointer}>
            {words(one)} {one.pointer && <Code>{one.pointer}</Code>}
          </List.Item>
        ))}
      </List>
      <AppLink to={paths.planTab("violations")} size="sm">
        <Trans>Open the tracking plan</Trans>
      </AppLink>
    </Alert>
  );
}
