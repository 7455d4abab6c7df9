/** Shown in place of a page that failed; the rest of the frame keeps working. */
import { Box } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorPanel } from "@/ui/states";

export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <Box p="md">
      <ErrorPanel error={error} retry={reset} />
    </Box>
  );
}
