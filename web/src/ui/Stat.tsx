/** One number with its name, and how it compares. */
import { Group, Paper, Text } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import type { ReactNode } from "react";

type Props = {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  change?: { share: number; text: string } | null;
};

export function Stat({ label, value, note, change }: Props) {
  const up = (change?.share ?? 0) >= 0;
  const Arrow = up ? IconArrowUpRight : IconArrowDownRight;
  return (
    <Paper withBorder radius="md" p={{ base: "sm", sm: "md" }} role="group" aria-label={label}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Group gap="xs" align="baseline" wrap="wrap">
        <Text fz="clamp(1.15rem, 4.4vw, 1.625rem)" fw={650} lh={1.25} style={{ fontVariantNumeric: "tabular-nums" }}>
          {value}
        </Text>
        {change && (
          <Group gap={2} c={up ? "teal" : "orange"} wrap="nowrap">
            <Arrow size={15} aria-hidden />
            <Text
              size="sm"
              fw={500}
              component="span"
              c={up ? "var(--mantine-color-teal-text)" : "var(--mantine-color-orange-text)"}
            >
              {change.text}
            </Text>
          </Group>
        )}
      </Group>
      {note && (
        <Text size="xs" c="dimmed" component="div">
          {note}
        </Text>
      )}
    </Paper>
  );
}
