/** Said where the buttons are missing. */
import { Trans } from "@lingui/react/macro";
import { Text } from "@mantine/core";

export function WhyNot() {
  return (
    <Text size="sm" c="dimmed">
      <Trans>Only an owner may change rules or carry them out: what goes cannot be brought back.</Trans>
    </Text>
  );
}
