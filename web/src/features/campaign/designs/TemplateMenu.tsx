/** What can be done with a saved template: rename, duplicate, delete (which can be taken back for ten seconds). */

import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconCopy, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import type { Template } from "@/api/types";
import { FormDialog } from "@/ui/FormDialog";
import { toastDone, undoable } from "@/ui/toast";
import { hideTemplate, templatePath, templatesChanged, templatesQuery } from "../queries";

export function TemplateMenu({ template }: { template: Template }) {
  const { t } = useLingui();
  const [renaming, rename] = useDisclosure(false);
  const duplicate = useMutation({
    mutationFn: () =>
      api.post<Template>(templatesQuery.path, { name: t`${template.name} (copy)`, message: template.message }),
    onSuccess: (copy) => {
      templatesChanged();
      toastDone(t`“${copy.name}” is saved`);
    },
  });
  const remove = () => {
    hideTemplate(template.id);
    undoable({
      message: t`“${template.name}” is deleted`,
      commit: () => api.delete(templatePath(template.id)).then(templatesChanged),
      restore: templatesChanged,
    });
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" aria-label={t`More for ${template.name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={15} aria-hidden />} onClick={rename.open}>
            <Trans>Rename</Trans>
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => duplicate.mutate()}>
            <Trans>Duplicate</Trans>
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={15} aria-hidden />} onClick={remove}>
            <Trans>Delete</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {renaming && <Rename template={template} onClose={rename.close} />}
    </>
  );
}

function Rename({ template, onClose }: { template: Template; onClose: () => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { name: template.name } });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ name }: typeof form.values) =>
      api.put<Template>(templatePath(template.id), { name, message: template.message }, { ifMatch: template.version }),
    onSuccess: () => {
      templatesChanged();
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <FormDialog
      title={t`Rename “${template.name}”`}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      submit={t`Rename`}
      loading={save.isPending}
      error={save.error}
    >
      <TextInput label={t`Name`} required data-autofocus {...form.getInputProps("name")} />
    </FormDialog>
  );
}
