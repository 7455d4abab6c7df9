/** The parts of an e-mail that are not its body: subject, preview line, sender, link tagging. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Collapse, Group, SimpleGrid, Stack, Switch, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { EmailMessage } from "@/api/types";
import { useCan } from "@/lib/session";
import { insertAt } from "../model";
import { senderQuery } from "../queries";
import { InsertMenu } from "./InsertMenu";

type Props = { message: EmailMessage; onChange: (change: Partial<EmailMessage>) => void; disabled: boolean };

export function MessageFields({ message, onChange, disabled }: Props) {
  const { t } = useLingui();
  const [more, { toggle }] = useDisclosure(message.from_email !== "" || message.reply_to !== "");
  const sender = useQuery({ ...senderQuery, enabled: useCan("sender.read") }).data;
  const text = (field: "from_name" | "from_email" | "reply_to", label: string, usual?: string | null) => (
    <TextInput
      label={label}
      placeholder={usual || undefined}
      disabled={disabled}
      value={message[field]}
      onChange={(event) => onChange({ [field]: event.currentTarget.value })}
    />
  );
  const { utm } = message;
  const utmText = (field: "source" | "medium" | "campaign", placeholder?: string) => (
    <TextInput
      label={`utm_${field}`}
      placeholder={placeholder}
      disabled={disabled || !utm.enabled}
      value={utm[field]}
      onChange={(event) => onChange({ utm: { ...utm, [field]: event.currentTarget.value } })}
    />
  );
  return (
    <Stack gap="sm">
      <LineField
        label={t`Subject`}
        required
        value={message.subject}
        onChange={(subject) => onChange({ subject })}
        disabled={disabled}
      />
      <LineField
        label={t`Preview line`}
        description={t`Inboxes show it after the subject.`}
        value={message.preheader}
        onChange={(preheader) => onChange({ preheader })}
        disabled={disabled}
      />
      <UnstyledButton onClick={toggle} aria-expanded={more}>
        <Group gap={4}>
          {more ? <IconChevronDown size={15} aria-hidden /> : <IconChevronRight size={15} aria-hidden />}
          <Text size="sm" fw={500}>
            <Trans>Sender and link tags</Trans>
          </Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={more}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            <Trans>What is left empty comes from the sender settings of the workspace.</Trans>
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
            {text("from_name", t`From name`, sender?.from_name)}
            {text("from_email", t`From address`, sender?.from_email)}
            {text("reply_to", t`Reply to`, sender?.reply_to)}
          </SimpleGrid>
          <Switch
            label={t`Tag links for web statistics (UTM)`}
            checked={utm.enabled}
            disabled={disabled}
            onChange={(event) => onChange({ utm: { ...utm, enabled: event.currentTarget.checked } })}
          />
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
            {utmText("source")}
            {utmText("medium")}
            {utmText("campaign", t`the name of the campaign`)}
          </SimpleGrid>
        </Stack>
      </Collapse>
    </Stack>
  );
}

type LineProps = {
  label: string;
  description?: string;
  required?: boolean;
  value: string;
  onChange: (value: string) => void;
  disabled: boolean;
};

function LineField({ value, onChange, ...rest }: LineProps) {
  const input = useRef<HTMLInputElement>(null);
  const insert = (added: string) => {
    const from = input.current?.selectionStart ?? value.length;
    const next = insertAt(value, from, input.current?.selectionEnd ?? from, added);
    onChange(next.text);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.at, next.at);
    });
  };
  return (
    <TextInput
      ref={input}
      {...rest}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      rightSection={<InsertMenu compact into={rest.label} onInsert={insert} disabled={rest.disabled} />}
    />
  );
}
