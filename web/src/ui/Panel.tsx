/** A bordered area with a heading. */
import { Box, Group, Paper, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

type Props = {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** No inner padding, for tables that reach the border. */
  flush?: boolean;
  order?: 2 | 3;
};

export function Panel({ title, note, actions, children, flush, order = 2 }: Props) {
  return (
    <Paper withBorder radius="md" component="section" style={{ overflow: "hidden", minWidth: 0 }}>
      {(title || actions) && (
        <Group justify="space-between" px="md" pt="md" pb={flush ? "sm" : 0} gap="xs" align="flex-start">
          <Box>
            {title && (
              <Title order={order} size="h5">
                {title}
              </Title>
            )}
            {note && (
              <Text size="sm" c="dimmed">
                {note}
              </Text>
            )}
          </Box>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      )}
      <Box p={flush ? 0 : "md"}>{children}</Box>
    </Paper>
  );
}
