/** Where a computed trait is used, as links. */
import { Trans } from "@lingui/react/macro";
import { Group, Text } from "@mantine/core";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import type { Use } from "../types";

export const hrefOf = ({ kind, id }: Use) => (kind === "segment" ? paths.segment(id) : paths.computedTrait(id));

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
        <AppLink key={use.id} size="sm" to={hrefOf(use)}>
          {use.name}
        </AppLink>
      ))}
    </Group>
  );
}
