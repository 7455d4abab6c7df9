import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Center, Group, Text, UnstyledButton } from "@mantine/core";
import { useRef } from "react";
import type { SandboxSummary } from "@/api/types";
import { useShortcut } from "@/lib/shortcuts";
import { Time } from "@/ui/Time";
import classes from "./sandbox.module.css";

type Props = {
  items: SandboxSummary[];
  current: string;
  onOpen: (id: string) => void;
  more: { has: boolean; loading: boolean; load: () => void };
};

export function MessageList({ items, current, onOpen, more }: Props) {
  const { t } = useLingui();
  const list = useRef<HTMLUListElement>(null);
  const step = (by: number) => {
    const at = items.findIndex((item) => item.id === current);
    const next = items[Math.min(Math.max(at + by, 0), items.length - 1)];
    if (next) onOpen(next.id);
  };
  useShortcut("j", t`Next message`, () => step(1), "list");
  useShortcut("k", t`Previous message`, () => step(-1), "list");
  return (
    <>
      <ul ref={list} className={classes.list} aria-label={t`Messages`}>
        {items.map((message) => (
          <li key={message.id}>
            <UnstyledButton
              className={classes.item}
              aria-current={message.id === current ? "true" : undefined}
              onClick={() => onOpen(message.id)}
            >
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Text size="sm" fw={600} truncate>
                  {message.to}
                </Text>
                <Text size="xs" c="dimmed">
                  <Time at={message.received_at} />
                </Text>
              </Group>
              <Text size="sm" truncate>
                {message.subject || t`(no subject)`}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {more.has && (
        <Center p="sm">
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            <Trans>Load more</Trans>
          </Button>
        </Center>
      )}
    </>
  );
}
