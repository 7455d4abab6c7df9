import { Text } from "@mantine/core";
import type { ReactNode } from "react";

/** A short line of help on a line of its own. */
export function Help({ children }: { children: ReactNode }) {
  return (
    <Text size="xs" c="dimmed" w="100%">
      {children}
    </Text>
  );
}
