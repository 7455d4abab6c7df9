import { Trans, useLingui } from "@lingui/react/macro";
import {
  ActionIcon,
  Button,
  Group,
  NativeSelect,
  NumberInput,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { SenderForm } from "../model";

type Props = { form: UseFormReturnType<SenderForm>; disabled: boolean; hadPassword: boolean };

export function SmtpFields({ form, disabled, hadPassword }: Props) {
  const { t } = useLingui();
  const common = { disabled };
  return (
    <Stack maw={640}>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <TextInput
          label={t`Server`}
          placeholder="smtp.example.com"
          required
          {...common}
          {...form.getInputProps("host")}
        />
        <NumberInput
          label={t`Port`}
          min={1}
          max={65535}
          allowDecimal={false}
          {...common}
          {...form.getInputProps("port")}
        />
        <NativeSelect
          label={t`Encryption`}
          {...common}
          data={[
            { value: "starttls", label: "STARTTLS" },
            { value: "tls", label: "TLS" },
            { value: "none", label: t`none` },
          ]}
          {...form.getInputProps("tls")}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput label={t`User name`} autoComplete="off" {...common} {...form.getInputProps("username")} />
        <PasswordInput
          label={t`Password`}
          description={hadPassword ? t`Leave empty to keep the present one.` : undefined}
          autoComplete="new-password"
          {...common}
          {...form.getInputProps("password")}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput
          label={t`Messages per second`}
          description={t`0 means as fast as the server takes them.`}
          min={0}
          max={100_000}
          {...common}
          {...form.getInputProps("rate_per_second")}
        />
        <NumberInput
          label={t`Connections`}
          description={t`At the same time, at most 64.`}
          min={1}
          max={64}
          allowDecimal={false}
          {...common}
          {...form.getInputProps("connections")}
        />
      </SimpleGrid>
      <DomainRates form={form} disabled={disabled} />
    </Stack>
  );
}

function DomainRates({ form, disabled }: Omit<Props, "hadPassword">) {
  const { t } = useLingui();
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        <Trans>Slower for some domains</Trans>
      </Text>
      {form.values.domain_rates.map((_, index) => (
        <Group key={index} gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            aria-label={t`Domain`}
            placeholder="gmail.com"
            disabled={disabled}
            {...form.getInputProps(`domain_rates.${index}.domain`)}
          />
          <NumberInput
            aria-label={t`Messages per second`}
            min={0}
            disabled={disabled}
            {...form.getInputProps(`domain_rates.${index}.rate`)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t`Remove`}
            onClick={() => form.removeListItem("domain_rates", index)}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={disabled}
        style={{ alignSelf: "flex-start" }}
        onClick={() => form.insertListItem("domain_rates", { domain: "", rate: 10 })}
      >
        <Trans>Add a domain</Trans>
      </Button>
    </Stack>
  );
}
