/** Makes a key and shows it, this once. */

import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Modal, MultiSelect, Radio, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { NewApiKey } from "@/api/types";
import { useMe } from "@/lib/session";
import { CodeBlock, CopyField } from "@/ui/copy";
import { DialogFields } from "@/ui/FormDialog";
import { keysQuery } from "../queries";

type Rights = "all" | "read" | "some";

export function NewKey({ scopes, onClose }: { scopes: string[]; onClose: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const known = scopes.length > 0 ? scopes : me.permissions;
  const form = useForm({ initialValues: { name: "", rights: "all" as Rights, some: [] as string[] } });
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: ({ name, rights, some }: typeof form.values) => {
      const reading = known.filter((scope) => scope.endsWith(".read"));
      const chosen = rights === "all" ? ["*"] : rights === "read" ? reading : some;
      return api.post<NewApiKey>("/api/v1/keys", { name: name.trim(), scopes: chosen });
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keysQuery.queryKey }),
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const made = create.data;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t`New API key`}
      closeOnClickOutside={!made}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {made ? (
        <Stack>
          <Alert color="orange">
            <Trans>Copy the key now: it is shown only this once.</Trans>
          </Alert>
          <CopyField label={made.name} value={made.key} />
          <CodeBlock
            label={t`Copy the command`}
            code={`curl ${window.location.origin}/api/v1/segments \\\n  --header 'authorization: Bearer ${made.key}'`}
          />
          <Group justify="flex-end">
            <Button onClick={onClose}>
              <Trans>Done</Trans>
            </Button>
          </Group>
        </Stack>
      ) : (
        <DialogFields
          onSubmit={form.onSubmit((values) => create.mutate(values))}
          onCancel={onClose}
          submit={t`Make the key`}
          loading={create.isPending}
          error={create.error}
        >
          <TextInput
            label={t`Name`}
            description={t`Which program uses it.`}
            required
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Radio.Group label={t`Rights`} {...form.getInputProps("rights")}>
            <Stack gap="xs" mt="xs">
              <Radio value="all" label={t`Everything`} />
              <Radio value="read" label={t`Only reading`} />
              <Radio value="some" label={t`Chosen rights`} />
            </Stack>
          </Radio.Group>
          {form.values.rights === "some" && (
            <MultiSelect
              label={t`Chosen rights`}
              data={known}
              searchable
              required
              {...form.getInputProps("some")}
              error={form.errors.scopes}
            />
          )}
        </DialogFields>
      )}
    </Modal>
  );
}
