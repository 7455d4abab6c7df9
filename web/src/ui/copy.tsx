/** Text to take elsewhere: one value, or a block of code, with a copy button. */

import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Code, CopyButton, Group, ScrollArea, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

export function CopyIcon({ value, label }: { value: string; label?: string }) {
  const { t } = useLingui();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t`Copied` : (label ?? t`Copy`)}>
          <ActionIcon variant="subtle" color={copied ? "teal" : "gray"} onClick={copy} aria-label={label ?? t`Copy`}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

export function CopyField({ value, label }: { value: string; label: string }) {
  return (
    <Box>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group gap={4} wrap="nowrap">
        <Code style={{ overflowWrap: "anywhere" }}>{value}</Code>
        <CopyIcon value={value} label={label} />
      </Group>
    </Box>
  );
}

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <Box pos="relative">
      <Box pos="absolute" top={6} right={6} bg="var(--mantine-color-body)" style={{ zIndex: 1, borderRadius: 6 }}>
        <CopyIcon value={code} label={label} />
      </Box>
      <ScrollArea.Autosize mah={420} type="auto" viewportProps={{ tabIndex: 0, "aria-label": label, role: "region" }}>
        <Code block pr={48} fz="xs">
          {code}
        </Code>
      </ScrollArea.Autosize>
    </Box>
  );
}

export function JsonView({ value, label }: { value: unknown; label: string }) {
  return <CodeBlock code={JSON.stringify(value, null, 2)} label={label} />;
}
