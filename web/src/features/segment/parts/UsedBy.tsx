import { Trans } from "@lingui/react/macro";
import { Group, Text } from "@mantine/core";
import type { Segment } from "@/api/types";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";

export function UsedBy({ segment }: { segment: Segment }) {
  if (segment.used_by.length === 0) {
    return (
      <Text size="sm" c="dimmed" mt="xs">
        <Trans>Not used anywhere yet.</Trans>
      </Text>
    );
  }
  return (
    <Group gap="xs" mt="xs">
      <Text size="sm" c="dimmed">
        <Trans>Used by</Trans>
      </Text>
      {segment.used_by.map((use) => (
        <AppLink key={use.id} size="sm" to={use.kind === "segment" ? paths.segment(use.id) : paths.campaign(use.id)}>
          {use.name}
        </AppLink>
      ))}
    </Group>
  );
}
