/** How the shop knows that it is us. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Group, PasswordInput, Radio, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { FeedDefinition } from "../connect/types";
import { keepsSecret, type SignIn, signInOf, withSignIn } from "./model";
import type { FeedForm } from "./useFeedForm";

type Props = { form: FeedForm; stored: FeedDefinition | undefined };

export function SignInFields({ form: { definition: now, change, problem }, stored }: Props) {
  const { t } = useLingui();
  const how = signInOf(now);
  const kept = keepsSecret(now, stored);
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t`Does the shop want to know who fetches it?`}
        value={how}
        onChange={(next) => change(withSignIn(next as SignIn))}
      >
        <Group mt="xs" gap="md">
          <Radio value="none" label={t`No, it is open`} />
          <Radio value="password" label={t`User name and password`} />
          <Radio value="header" label={t`A secret in a header`} />
        </Group>
      </Radio.Group>
      {how !== "none" && (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          {how === "password" ? (
            <TextInput
              label={t`User name`}
              required
              autoComplete="off"
              maxLength={200}
              value={now.user ?? ""}
              error={problem("user")}
              onChange={(event) => change({ user: event.currentTarget.value })}
            />
          ) : (
            <TextInput
              label={t`Name of the header`}
              placeholder="X-Api-Key"
              required
              autoComplete="off"
              maxLength={200}
              value={now.header ?? ""}
              error={problem("header")}
              onChange={(event) => change({ header: event.currentTarget.value })}
            />
          )}
          <PasswordInput
            label={how === "password" ? t`Password` : t`Secret`}
            autoComplete="new-password"
            placeholder={kept ? t`Kept; type to replace it` : undefined}
            required={!kept}
            maxLength={500}
            value={now.secret ?? ""}
            error={problem("secret")}
            visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
            onChange={(event) => change({ secret: event.currentTarget.value })}
          />
        </SimpleGrid>
      )}
      {how !== "none" && (
        <Text size="sm" c="dimmed">
          <Trans>It is kept encrypted and never shown again.</Trans>
        </Text>
      )}
    </Stack>
  );
}
