/** A company made by hand: its name, the ID the sources use, and what else is known. */
import { useLingui } from "@lingui/react/macro";
import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { FormDialog } from "@/ui/FormDialog";
import { toastDone } from "@/ui/toast";
import { idFor, newTraits } from "../model";
import { create, refresh } from "../queries";
import { useFieldProblems } from "../words";

const EMPTY = { name: "", group_id: "", domain: "", industry: "", country: "" };

export function AddCompany({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const go = useGo();
  const problems = useFieldProblems();
  const form = useForm({ initialValues: EMPTY });
  const suggested = idFor(form.values.name);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ group_id, ...traits }: typeof EMPTY) => create(group_id.trim() || suggested, newTraits(traits)),
    onSuccess: async (made) => {
      await refresh(made.id !== null);
      toastDone(made.id === null ? t`Saved: the company appears in a moment` : t`Saved`);
      if (made.id === null) onClose();
      else go(paths.company(made.id));
    },
    onError: (error) => form.setErrors(shown(problems(error))),
  });
  return (
    <FormDialog
      onClose={onClose}
      title={t`Add a company`}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      submit={t`Add`}
      loading={save.isPending}
      disabled={form.values.name.trim() === "" || (form.values.group_id.trim() || suggested) === ""}
      error={save.error && Object.keys(problems(save.error)).length === 0 ? save.error : undefined}
    >
      <TextInput label={t`Name`} required maxLength={200} data-autofocus {...form.getInputProps("name")} />
      <TextInput
        label={t`ID`}
        description={t`What your other systems call it. If one has this ID already, it is completed.`}
        placeholder={suggested}
        maxLength={500}
        {...form.getInputProps("group_id")}
      />
      <TextInput label={t`Domain`} placeholder="acme.example" maxLength={253} {...form.getInputProps("domain")} />
      <TextInput label={t`Industry`} maxLength={200} {...form.getInputProps("industry")} />
      <TextInput label={t`Country`} maxLength={100} {...form.getInputProps("country")} />
    </FormDialog>
  );
}

/** The form's fields stand beside each other, in the request the attributes stand in `traits`. */
function shown(problems: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(problems).map(([place, words]) => [place.replace(/^traits\./, ""), words]));
}
