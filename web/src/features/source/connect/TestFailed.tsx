/** Why a test came to nothing, what the other side said, and what to do about it. */
import { useLingui } from "@lingui/react/macro";
import { Alert, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTroubleWords } from "./troubles";
import type { Tested } from "./types";

export function TestFailed({ tested, kind }: { tested: Tested; kind?: string }) {
  const { t } = useLingui();
  const trouble = useTroubleWords()(tested.code, kind);
  return (
    <Alert icon={<IconAlertTriangle />} color="red" title={trouble?.what ?? t`It does not work yet`} role="alert">
      <Stack gap="xs">
        {tested.detail && (
          <Text size="sm" lang="en" style={{ overflowWrap: "anywhere" }}>
            {tested.detail}
          </Text>
        )}
        {trouble && <Text size="sm">{trouble.fix}</Text>}
      </Stack>
    </Alert>
  );
}
