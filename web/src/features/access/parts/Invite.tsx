/** Adds a person: with a password, or with a link that signs them in once. */

import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, PasswordInput, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { InvitedUser, Role } from "@/api/types";
import { CopyField } from "@/ui/copy";
import { DialogFields } from "@/ui/FormDialog";
import { toastDone } from "@/ui/toast";
import { usersQuery } from "../queries";
import { useRoles } from "../roles";

export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const roles = useRoles();
  const form = useForm({ initialValues: { name: "", email: "", role: "marketer" as Role, password: "" } });
  const invite = useMutation({
    meta: { quiet: true },
    mutationFn: ({ password, ...rest }: typeof form.values) =>
      api.post<InvitedUser>("/api/v1/users", password ? { ...rest, password } : rest),
    onSuccess: async (user) => {
      await queryClient.invalidateQueries({ queryKey: usersQuery.queryKey });
      if (user.link) return;
      toastDone(t`${user.name} is added`);
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const link = invite.data?.link;
  return (
    <Modal opened onClose={onClose} title={t`Add a person`} closeButtonProps={{ "aria-label": t`Close` }}>
      {link ? (
        <Stack>
          <Text>
            <Trans>Send this link to {invite.data?.name}. It signs in once, and is shown only now.</Trans>
          </Text>
          <CopyField label={t`Link`} value={link} />
          <Group justify="flex-end">
            <Button onClick={onClose}>
              <Trans>Done</Trans>
            </Button>
          </Group>
        </Stack>
      ) : (
        <DialogFields
          onSubmit={form.onSubmit((values) => invite.mutate(values))}
          onCancel={onClose}
          submit={t`Add`}
          loading={invite.isPending}
          error={invite.error}
        >
          <TextInput label={t`Name`} required data-autofocus {...form.getInputProps("name")} />
          <TextInput label={t`E-mail address`} type="email" required {...form.getInputProps("email")} />
          <Radio.Group label={t`Role`} {...form.getInputProps("role")}>
            <Stack gap="xs" mt="xs">
              {roles.map((role) => (
                <Radio key={role.value} value={role.value} label={role.label} description={role.about} />
              ))}
            </Stack>
          </Radio.Group>
          <PasswordInput
            label={t`Password`}
            description={t`Leave empty to get a link to send instead.`}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
        </DialogFields>
      )}
    </Modal>
  );
}
