/** What is wrong with a message: errors with their place, what blocks a launch, and advice. */
import { useLingui } from "@lingui/react/macro";
import { Alert, Button, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconBulb } from "@tabler/icons-react";
import type { MessagePreview } from "@/api/types";
import { useWords } from "../words";

type Props = { preview: MessagePreview; onGoTo?: (line: number, column: number) => void };

export function Findings({ preview, onGoTo }: Props) {
  const { t } = useLingui();
  const words = useWords();
  const parts: Record<string, string> = {
    subject: t`Subject`,
    preheader: t`Preview line`,
    body: t`Body`,
    text: t`Plain text`,
  };
  const blocking = preview.warnings.filter((warning) => warning.severity === "blocking");
  const advice = preview.warnings.filter((warning) => warning.severity === "advice");
  return (
    <Stack gap="xs" role="status" aria-live="polite">
      {preview.errors.length > 0 && (
        <Alert color="red" icon={<IconAlertTriangle />} title={t`The e-mail cannot be drawn`}>
          {preview.errors.map((error, index) => {
            const part = parts[error.part] ?? error.part;
            const { line, column } = error;
            const place = line ? t`${part}, line ${line}, column ${column ?? 1}` : part;
            const mayJump = onGoTo && error.part === "body" && line;
            return (
              <Text size="sm" component="div" key={index}>
                {mayJump ? (
                  <Button
                    size="compact-xs"
                    variant="light"
                    color="red"
                    mr={6}
                    onClick={() => onGoTo(line, column ?? 1)}
                  >
                    {place}
                  </Button>
                ) : (
                  <b>{place}: </b>
                )}
                {error.detail}
              </Text>
            );
          })}
        </Alert>
      )}
      {blocking.length > 0 && (
        <Alert color="orange" icon={<IconBan />} title={t`Needed before it can be sent`}>
          <Lines items={blocking.map(words.check)} />
        </Alert>
      )}
      {advice.length > 0 && (
        <Alert color="gray" icon={<IconBulb />} title={t`Advice`}>
          <Lines items={advice.map(words.check)} />
        </Alert>
      )}
    </Stack>
  );
}

function Lines({ items }: { items: string[] }) {
  return (
    <List size="sm" spacing={2}>
      {items.map((item, index) => (
        <List.Item key={index}>{item}</List.Item>
      ))}
    </List>
  );
}
