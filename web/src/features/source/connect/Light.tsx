/** Green, grey or red, with a shape and words of its own: the colour alone says nothing to many. */
import { Group, Text } from "@mantine/core";
import { type Icon, IconAlertTriangleFilled, IconCircleCheckFilled, IconCircleDashed } from "@tabler/icons-react";
import type { Light as Colour } from "./health";

export const LIGHTS: Record<Colour, { icon: Icon; color: string }> = {
  green: { icon: IconCircleCheckFilled, color: "var(--mantine-color-teal-text)" },
  grey: { icon: IconCircleDashed, color: "var(--mantine-color-dimmed)" },
  red: { icon: IconAlertTriangleFilled, color: "var(--mantine-color-red-text)" },
};

export function Light({ light, label }: { light: Colour; label: string }) {
  const { icon: Look, color } = LIGHTS[light];
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <Look size={18} color={color} aria-hidden style={{ flex: "none" }} />
      <Text size="sm" span>
        {label}
      </Text>
    </Group>
  );
}
