/** Where orders came in: online and in the shop side by side. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Group, Progress, Stack, Text } from "@mantine/core";
import type { Home } from "@/api/types";
import * as format from "@/lib/format";
import { ChannelIcon, useChannelLabel } from "@/ui/channels";
import { Panel } from "@/ui/Panel";

export function ChannelRevenue({ home, days }: { home: Home; days: number }) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const rows = [...home.revenue_by_channel].sort((a, b) => b.revenue.minor - a.revenue.minor);
  const total = rows.reduce((sum, row) => sum + row.revenue.minor, 0);
  const style = format.sumStyle({ minor: total, currency: home.totals.revenue.currency });
  return (
    <Panel title={t`Revenue by channel`} note={t`Orders in the last ${days} days`}>
      {rows.length === 0 && (
        <Text c="dimmed" size="sm">
          <Trans>Orders appear here by the channel they were placed in.</Trans>
        </Text>
      )}
      <Stack gap="md">
        {rows.map((row) => (
          <Box key={row.channel}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Group gap={8} wrap="nowrap">
                <ChannelIcon channel={row.channel} />
                <Text>{label(row.channel)}</Text>
              </Group>
              <Text fw={600} style={{ fontVariantNumeric: "tabular-nums" }}>
                {format.money(row.revenue, style)}
              </Text>
            </Group>
            <Progress
              value={total > 0 ? (100 * row.revenue.minor) / total : 0}
              size="sm"
              my={5}
              aria-label={t`Share of ${label(row.channel)}`}
            />
            <Text size="xs" c="dimmed">
              {t`${format.number(row.orders)} orders · ${format.ratio(row.revenue.minor, total)} of revenue`}
            </Text>
          </Box>
        ))}
      </Stack>
    </Panel>
  );
}
