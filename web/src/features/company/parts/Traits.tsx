/** What is known about a company: value, where it came from, when. Editable by hand. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Company } from "@/api/companies";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import { parseTraitValue, traitText } from "@/lib/trait-value";
import { DataTable } from "@/ui/DataTable";
import { FormDialog } from "@/ui/FormDialog";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone } from "@/ui/toast";
import { isReserved, sortedTraits } from "../model";
import { change, refresh } from "../queries";
import { useFieldProblems, useOrigin } from "../words";

type Edit = { name: string; value: string; isNew: boolean };

export function Traits({ company }: { company: Company }) {
  const { t } = useLingui();
  const origin = useOrigin();
  const mayEdit = useCan("profile.write");
  const [edit, setEdit] = useState<Edit | null>(null);
  const traits = sortedTraits(company);
  return (
    <Panel
      title={t`Attributes`}
      flush
      actions={
        mayEdit && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setEdit({ name: "", value: "", isNew: true })}
          >
            <Trans>Add an attribute</Trans>
          </Button>
        )
      }
    >
      {traits.length === 0 ? (
        <EmptyState
          title={t`No attributes yet`}
          text={t`They come from your website or app, from imports, or by hand.`}
        />
      ) : (
        <DataTable
          label={t`Attributes`}
          rows={traits}
          rowKey={(trait) => trait.name}
          columns={[
            { key: "name", header: t`Name`, cell: (trait) => <Text fw={500}>{trait.name}</Text> },
            {
              key: "value",
              header: t`Value`,
              cell: (trait) => <span style={{ overflowWrap: "anywhere" }}>{format.value(trait.value)}</span>,
            },
            { key: "source", header: t`Source`, from: "sm", cell: (trait) => origin(trait.source) },
            { key: "at", header: t`Changed`, from: "sm", cell: (trait) => <Time at={trait.updated_at} /> },
            {
              key: "edit",
              header: "",
              width: 44,
              cell: (trait) =>
                mayEdit && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t`Change ${trait.name}`}
                    onClick={() => setEdit({ name: trait.name, value: traitText(trait.value), isNew: false })}
                  >
                    <IconPencil size={16} />
                  </ActionIcon>
                ),
            },
          ]}
        />
      )}
      {edit && <EditTrait company={company} edit={edit} onClose={() => setEdit(null)} />}
    </Panel>
  );
}

function EditTrait({ company, edit, onClose }: { company: Company; edit: Edit; onClose: () => void }) {
  const { t } = useLingui();
  const problems = useFieldProblems();
  const form = useForm({
    initialValues: { name: edit.name, value: edit.value },
    validate: { name: (name) => (isReserved(name) ? t`Role and left belong to a member, not to the company` : null) },
  });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ name, value }: typeof form.values) => change(company.id, { [name.trim()]: parseTraitValue(value) }),
    onSuccess: async () => {
      await refresh();
      toastDone(t`Saved`);
      onClose();
    },
    onError: (error, { name }) => {
      const found = problems(error);
      const words = found[`traits.${name.trim()}`] ?? found.traits;
      if (words) form.setErrors({ name: words });
    },
  });
  const shownBelow = Object.keys(form.errors).length > 0;
  return (
    <FormDialog
      onClose={onClose}
      title={edit.isNew ? t`Add an attribute to ${company.name}` : t`Change ${edit.name} of ${company.name}`}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      submit={t`Save`}
      loading={save.isPending}
      error={shownBelow ? undefined : save.error}
    >
      <TextInput label={t`Name`} required maxLength={128} disabled={!edit.isNew} {...form.getInputProps("name")} />
      <TextInput
        label={t`Value`}
        description={t`A number, true or false, or text. Empty removes the attribute.`}
        {...form.getInputProps("value")}
      />
    </FormDialog>
  );
}
