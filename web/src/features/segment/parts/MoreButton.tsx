import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";

/** Adds something to a rule. */
export function MoreButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button
      size="compact-sm"
      fz="xs"
      variant="subtle"
      leftSection={<IconPlus size={12} aria-hidden />}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}
