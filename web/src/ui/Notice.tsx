/** One quiet line above a screen's content: what somebody should know, and where to read more. */
import { Group, Paper, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { AppLink } from "./links";

type Props = { children: ReactNode; to: string; link: string };

export function Notice({ children, to, link }: Props) {
  return (
    <Paper withBorder radius="md" px="md" py="xs">
      <Group gap="sm">
        <IconInfoCircle size={18} color="var(--mantine-color-orange-text)" aria-hidden />
        <Text size="sm" style={{ flex: "1 1 12rem" }}>
          {children}
        </Text>
        <AppLink to={to} size="sm">
          {link}
        </AppLink>
      </Group>
    </Paper>
  );
}
