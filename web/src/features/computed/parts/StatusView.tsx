/** How far a computed trait is: up to date, or at work with a bar. */
import { useLingui } from "@lingui/react/macro";
import { Progress, Stack, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { StateBadge } from "@/ui/StateBadge";
import { isMoving } from "../model";
import type { ComputedTrait } from "../types";
import { STATUS } from "../words";

export function StatusView({ trait }: { trait: ComputedTrait }) {
  const { t } = useLingui();
  const share = trait.progress ?? 0;
  return (
    <Stack gap={4} align="flex-start">
      <StateBadge looks={STATUS} state={trait.status} />
      {isMoving(trait) && (
        <>
          <Progress value={100 * share} w={120} size="sm" aria-label={t`Progress of ${trait.name}`} />
          <Text size="xs" c="dimmed">
            {format.percent(share, 0)}
          </Text>
        </>
      )}
      {trait.failure && (
        <Text size="xs" maw="32ch">
          {trait.failure}
        </Text>
      )}
    </Stack>
  );
}
