/** Keeps the message as a template; under a name that is taken, it replaces that template and says so first. */

import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconReplace } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import type { EmailMessage, Template } from "@/api/types";
import { FormDialog } from "@/ui/FormDialog";
import { toastDone } from "@/ui/toast";
import { templatePath, templatesChanged, templatesQuery } from "../queries";
import { sameName } from "./designs";

type Props = { onClose: () => void; name: string; message: EmailMessage };

export function SaveTemplate({ onClose, name, message }: Props) {
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
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <FormDialog
      title={t`Save as template`}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => save.mutate({ ...values, message }))}
      submit={taken ? t`Replace the template` : t`Save as template`}
      loading={save.isPending || templates.isPending}
      error={save.error}
    >
      <Text size="sm">
        <Trans>
          Subject, preview line, sender and body are kept. New campaigns can begin with it; this one stays its own.
        </Trans>
      </Text>
      <TextInput label={t`Name of the template`} required data-autofocus {...form.getInputProps("name")} />
      {taken && (
        <Alert color="orange" icon={<IconReplace />}>
          <Trans>There is a template of this name already. Saving replaces it.</Trans>
        </Alert>
      )}
    </FormDialog>
  );
}
