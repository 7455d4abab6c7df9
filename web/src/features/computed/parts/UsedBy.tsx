/** Where a computed trait is used, as links. */
import { Trans } from "@lingui/react/macro";
import { Group, Text } from "@mantine/core";
import { UseLink } from "@/lib/uses";
import type { Use } from "../types";

export function UsedBy({ uses }: { uses: Use[] }) {
  if (uses.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        <Trans>Not used anywhere yet.</Trans>
      </Text>
    );
  }
  return (
    <Group gap="xs">
      {uses.map((use) => (
        <UseLink key={use.id} use={use} />
      ))}
    </Group>
  );
}
