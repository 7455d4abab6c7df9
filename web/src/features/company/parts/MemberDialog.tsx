/** Somebody joins a company, or the role of who is there changes. */
import { useLingui } from "@lingui/react/macro";
import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Company, CompanyMember } from "@/api/companies";
import * as format from "@/lib/format";
import { PersonSelect } from "@/lib/person-select";
import { FormDialog } from "@/ui/FormDialog";
import { toastDone } from "@/ui/toast";
import { addMember, refresh } from "../queries";

type Props = { company: Company; member: CompanyMember | null; onClose: () => void };

export function MemberDialog({ company, member, onClose }: Props) {
  const { t } = useLingui();
  const [person, setPerson] = useState(member?.profile.id ?? null);
  const [role, setRole] = useState(member?.role ?? "");
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (profile: string) => {
      const said = role.trim();
      // Who joins anew without a role keeps the one of before; a role that was emptied here is taken back.
      return addMember(company.id, profile, said || (member?.role ? null : undefined));
    },
    onSuccess: async ({ visible }) => {
      onClose();
      toastDone(t`Saved`);
      await refresh(visible);
    },
  });
  const name = member ? format.person(member.profile.label) : "";
  return (
    <FormDialog
      onClose={onClose}
      title={member ? t`Role of ${name} at ${company.name}` : t`Add a member to ${company.name}`}
      submit={member ? t`Save` : t`Add`}
      loading={save.isPending}
      disabled={person === null}
      error={save.error}
      onSubmit={(event?: FormEvent<HTMLFormElement>) => {
        event?.preventDefault();
        if (person !== null) save.mutate(person);
      }}
    >
      {!member && <PersonSelect label={t`Customer`} value={person} onChange={setPerson} />}
      <TextInput
        label={t`Role`}
        description={t`What this person does there, for example “buyer”. May be left empty.`}
        maxLength={200}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
