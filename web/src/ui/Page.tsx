/** The frame of one screen: title, what it is for, actions at the right, then content. */
import { Box, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { usePageTitle } from "@/lib/nav";
import { AppLink } from "./links";

type Props = {
  title: string;
  /** Beside the title: a status chip or the like. */
  chip?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  back?: { to: string; label: string };
  children: ReactNode;
};

export function Page({ title, chip, description, actions, back, children }: Props) {
  usePageTitle(title);
  return (
    <Stack gap="lg">
      <Box component="header">
        {back && (
          <AppLink to={back.to} size="sm" c="dimmed">
            ← {back.label}
          </AppLink>
        )}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box style={{ minWidth: 0, flex: "1 1 16rem" }}>
            <Group gap="sm">
              <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
                {title}
              </Title>
              {chip}
            </Group>
            {description && (
              <Text c="dimmed" mt={4} maw="70ch" component="div">
                {description}
              </Text>
            )}
          </Box>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </Box>
      {children}
    </Stack>
  );
}
