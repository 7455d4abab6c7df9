/** Finds a person by name, address, phone or any ID. */
import { useLingui } from "@lingui/react/macro";
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { profileQuery, profileSearchQuery } from "@/api/query";
import * as format from "./format";

const SEARCH_REST_MS = 200;

type Props = {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  /** Who cannot be chosen. */
  except?: string;
};

type Found = { id: string; label: string; email?: string | null };

function nameOf({ label, email }: Found): string {
  const name = format.person(label);
  return email && email !== label ? `${name} · ${email}` : name;
}

export function PersonSelect({ label, value, onChange, except }: Props) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const chosen = useQuery({ ...profileQuery(value ?? ""), enabled: value !== null });
  const already = chosen.data && value ? { value, label: nameOf(chosen.data) } : null;
  const searching = text === already?.label ? "" : text;
  const [q] = useDebouncedValue(searching, SEARCH_REST_MS);
  const found = useQuery({ ...profileSearchQuery(q), placeholderData: (before) => before });
  const options = (found.data?.items ?? [])
    .filter((one) => one.id !== except && one.id !== value)
    .map((one) => ({ value: one.id, label: nameOf(one) }));
  return (
    <Select
      label={label}
      placeholder={t`Search by name, e-mail, phone or any ID`}
      nothingFoundMessage={t`Nobody found`}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t`Clear` }}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options: all }) => all}
      data={already ? [already, ...options] : options}
      value={value}
      onChange={onChange}
      openOnFocus={false}
      data-autofocus
    />
  );
}
