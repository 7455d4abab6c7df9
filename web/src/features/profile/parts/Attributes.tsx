/** What is known about a person: value, where it came from, when. Editable by hand. */

import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Button, Group, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconHistory, IconPencil, IconPlus } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Profile } from "@/api/types";
import { useCan } from "@/lib/session";
import { useSourceName } from "@/lib/sources";
import { parseTraitValue, traitShown, traitText } from "@/lib/trait-value";
import { DataTable } from "@/ui/DataTable";
import { FormDialog } from "@/ui/FormDialog";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone } from "@/ui/toast";
import { profilePath } from "../queries";
import { TraitHistory } from "../rules/TraitHistory";
import { ComputedMark } from "./ComputedMark";

/** The source of what Tutti works out itself: nobody changes it by hand. */
const COMPUTED = "computed";

type Edit = { name: string; value: string; isNew: boolean };

export function Attributes({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const sourceName = useSourceName();
  const mayEdit = useCan("profile.write");
  const [edit, setEdit] = useState<Edit | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const traits = [...profile.traits].sort((a, b) => a.name.localeCompare(b.name));
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
            <Trans>Add</Trans>
          </Button>
        )
      }
    >
      {traits.length === 0 ? (
        <EmptyState title={t`No attributes yet`} text={t`They come from identify calls, imports, or by hand.`} />
      ) : (
        <DataTable
          label={t`Attributes`}
          rows={traits}
          rowKey={(trait) => trait.name}
          columns={[
            {
              key: "name",
              header: t`Name`,
              cell: (trait) => (
                <>
                  <TraitName name={trait.name} source={trait.source} />
                  <Box hiddenFrom="sm">
                    <TraitValue value={trait.value} />
                  </Box>
                </>
              ),
            },
            { key: "value", header: t`Value`, from: "sm", cell: (trait) => <TraitValue value={trait.value} /> },
            {
              key: "source",
              header: t`Source`,
              from: "sm",
              cell: (trait) => (trait.source === COMPUTED ? t`Tutti itself` : sourceName(trait.source)),
            },
            { key: "at", header: t`Changed`, from: "sm", cell: (trait) => <Time at={trait.updated_at} /> },
            {
              key: "edit",
              header: "",
              width: 84,
              cell: (trait) => (
                <Group gap={4} wrap="nowrap" justify="flex-end">
                  {mayEdit && trait.source !== COMPUTED && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={t`Change ${trait.name}`}
                      onClick={() => setEdit({ name: trait.name, value: traitText(trait.value), isNew: false })}
                    >
                      <IconPencil size={16} />
                    </ActionIcon>
                  )}
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t`History of ${trait.name}`}
                    onClick={() => setShown(trait.name)}
                  >
                    <IconHistory size={16} />
                  </ActionIcon>
                </Group>
              ),
            },
          ]}
        />
      )}
      {edit && <EditTrait profile={profile} edit={edit} onClose={() => setEdit(null)} />}
      <TraitHistory profile={profile.id} trait={shown} onClose={() => setShown(null)} />
    </Panel>
  );
}

function TraitValue({ value }: { value: unknown }) {
  const { text, raw } = traitShown(value);
  return (
    <span title={raw} style={{ overflowWrap: "anywhere" }}>
      {text}
    </span>
  );
}

function TraitName({ name, source }: { name: string; source?: string | null }) {
  return (
    <Group gap={6}>
      <Text fw={500} style={{ overflowWrap: "anywhere" }}>
        {name}
      </Text>
      {source === COMPUTED && <ComputedMark name={name} />}
    </Group>
  );
}

function EditTrait({ profile, edit, onClose }: { profile: Profile; edit: Edit; onClose: () => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { name: edit.name, value: edit.value } });
  const save = useMutation({
    mutationFn: ({ name, value }: typeof form.values) =>
      api.patch(profilePath(profile.id), { traits: { [name.trim()]: parseTraitValue(value) } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["profiles", "one", profile.id] });
      toastDone(t`Saved`);
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title={edit.isNew ? t`Add an attribute to ${profile.label}` : t`Change ${edit.name} of ${profile.label}`}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      submit={t`Save`}
      loading={save.isPending}
    >
      <TextInput label={t`Name`} required disabled={!edit.isNew} {...form.getInputProps("name")} />
      <TextInput
        label={t`Value`}
        description={t`A number, true or false, or text. Empty removes the attribute.`}
        {...form.getInputProps("value")}
      />
    </FormDialog>
  );
}
