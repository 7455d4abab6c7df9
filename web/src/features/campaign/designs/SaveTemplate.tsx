/** Keeps the message as a template; under a name that is taken, it replaces that template and says so first. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconReplace } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import type { EmailMessage, Template } from "@/api/types";
import { ErrorPanel } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { templatePath, templatesChanged, templatesQuery } from "../queries";
import { sameName } from "./designs";

type Props = { opened: boolean; onClose: () => void; name: string; message: EmailMessage };

export function SaveTemplate({ opened, onClose, name, message }: Props) {
  const { t } = useLingui();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t`Save as template`}
      centered
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <SaveForm name={name} message={message} onDone={onClose} />
    </Modal>
  );
}

function SaveForm({ name, message, onDone }: { name: string; message: EmailMessage; onDone: () => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { name } });
  const templates = useInfiniteQuery(templatesQuery);
  const known = templates.data?.pages.flatMap((page) => page.items) ?? [];
  const taken = sameName(known, form.values.name);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (body: { name: string; message: EmailMessage }) =>
      taken
        ? api.put<Template>(templatePath(taken.id), body, { ifMatch: taken.version })
        : api.post<Template>(templatesQuery.path, body),
    onSuccess: (saved) => {
      templatesChanged();
      toastDone(t`“${saved.name}” is saved`);
      onDone();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate({ ...values, message }))}>
      <Stack>
        <Text size="sm">
          <Trans>
            Subject, preview line, sender and body are kept. New campaigns can begin with it; this one stays its own.
          </Trans>
        </Text>
        {save.error && <ErrorPanel error={save.error} />}
        <TextInput label={t`Name of the template`} required data-autofocus {...form.getInputProps("name")} />
        {taken && (
          <Alert color="orange" icon={<IconReplace />}>
            <Trans>There is a template of this name already. Saving replaces it.</Trans>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={save.isPending || templates.isPending}>
            {taken ? <Trans>Replace the template</Trans> : <Trans>Save as template</Trans>}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
