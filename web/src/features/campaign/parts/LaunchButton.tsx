/** The big button at the end of a draft: shown disabled with its reason, in a tooltip and below it. */
import { Button, Text, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

type Props = {
  /** Why it cannot be done now; null when it can. */
  why: string | null;
  icon: ReactNode;
  onClick: () => void;
  children: ReactNode;
};

export function LaunchButton({ why, icon, onClick, children }: Props) {
  return (
    <>
      <Tooltip label={why ?? ""} disabled={why === null}>
        <Button
          size="md"
          leftSection={icon}
          aria-disabled={why !== null}
          data-disabled={why !== null || undefined}
          onClick={() => why === null && onClick()}
        >
          {children}
        </Button>
      </Tooltip>
      {why && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
    </>
  );
}
