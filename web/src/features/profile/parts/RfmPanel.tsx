/** How a customer stands by recency, frequency and money, in words, and why. */
import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Group, SimpleGrid, Stack, Text, Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { components } from "@/api/generated";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { RFM_COLORS, useRfmWords } from "@/ui/rfm";
import { limitsOf } from "../rfm";

type Rfm = components["schemas"]["RfmView"];
type Score = components["schemas"]["RfmScoreView"];

type CellProps = { label: string; score: Score; value: string; limit: (at: number) => string; less: boolean };

/** One score; what lies behind it shows on hover, focus and touch. */
function Cell({ label, score, value, limit, less }: CellProps) {
  const { t } = useLingui();
  const rows = limitsOf(score.boundaries, less);
  const said = rows.map((row) => {
    const at = limit(row.at);
    return `${row.score}: ${row.beyond ? t`more than ${at}` : t`up to ${at}`}`;
  });
  const limits = said.join("; ");
  const why = (
    <Stack gap={2}>
      <Text size="xs">{value}</Text>
      {said.map((line, index) => (
        <Text key={line} size="xs" fw={rows[index]?.score === score.score ? 700 : 400}>
          {line}
        </Text>
      ))}
    </Stack>
  );
  return (
    <Tooltip label={why} events={{ hover: true, focus: true, touch: true }} multiline withArrow>
      <UnstyledButton p={{ base: "xs", sm: "sm" }} bd="1px solid var(--mantine-color-default-border)" bdrs="md">
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Group gap={6} align="baseline">
          <Text fz="xl" fw={650}>
            {score.score}
          </Text>
          <Text size="sm" c="dimmed">
            <Trans>of 5</Trans>
          </Text>
        </Group>
        <Text size="sm" visibleFrom="sm">
          {value}
        </Text>
        <VisuallyHidden>{limits}</VisuallyHidden>
      </UnstyledButton>
    </Tooltip>
  );
}

export function RfmPanel({ rfm }: { rfm: Rfm }) {
  const { t } = useLingui();
  const words = useRfmWords()[rfm.segment];
  const days = (count: number) => plural(count, { one: "# day", other: "# days" });
  const orders = (count: number) => plural(count, { one: "# order", other: "# orders" });
  const money = (minor: number) => format.money(format.minorAsMoney(minor, rfm.currency));
  const { recency_days: recency, frequency, monetary_minor: monetary } = rfm;
  const ago = days(recency.value);
  const last = recency.value === 0 ? t`last order today` : t`last order ${ago} ago`;
  const within = days(rfm.window_days);
  const counted = format.ago(rfm.counted_at);
  return (
    <Panel
      title={t`Recency, frequency, money`}
      actions={
        words && (
          <Badge color={RFM_COLORS[rfm.segment]} variant="light" size="lg">
            {words.name}
          </Badge>
        )
      }
    >
      <Stack gap="sm">
        {words && <Text size="sm">{words.meaning}</Text>}
        <SimpleGrid cols={3} spacing={{ base: "xs", sm: "sm" }}>
          <Cell label={t`Recency`} score={recency} value={last} limit={days} less />
          <Cell label={t`Frequency`} score={frequency} value={orders(frequency.value)} limit={orders} less={false} />
          <Cell label={t`Money`} score={monetary} value={money(monetary.value)} limit={money} less={false} />
        </SimpleGrid>
        <Text size="xs" c="dimmed">
          <Trans>
            Orders and money of the last {within}. Scores compare with the other customers; counted {counted}.
          </Trans>{" "}
          <AppLink to={paths.scores()} size="xs" underline="always">{t`Where the scores begin`}</AppLink>
        </Text>
      </Stack>
    </Panel>
  );
}
