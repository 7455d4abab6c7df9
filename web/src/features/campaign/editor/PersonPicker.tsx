/** Whose data a preview or a test uses: a made-up example, or anybody found by search. */
import { useLingui } from "@lingui/react/macro";
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { profileSearchQuery } from "@/api/query";
import { useCan } from "@/lib/session";

export type Person = { id: string; label: string };

const SEARCH_REST_MS = 200;

type Props = { value: Person | null; onChange: (person: Person | null) => void };

export function PersonPicker({ value, onChange }: Props) {
  const { t } = useLingui();
  const mayRead = useCan("profile.read");
  const [text, setText] = useState("");
  const searching = text === value?.label ? "" : text;
  const [q] = useDebouncedValue(searching, SEARCH_REST_MS);
  const found = useQuery({ ...profileSearchQuery(q), enabled: mayRead, placeholderData: (before) => before });
  if (!mayRead) return null;
  const people: Person[] = (found.data?.items ?? []).map(({ id, label }) => ({ id, label }));
  const all = value && !people.some((one) => one.id === value.id) ? [value, ...people] : people;
  return (
    <Select
      size="xs"
      aria-label={t`Show it as this person gets it`}
      placeholder={t`Example person: search for a real one`}
      nothingFoundMessage={t`Nobody found`}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t`Clear` }}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      data={all.map((one) => ({ value: one.id, label: one.label }))}
      value={value?.id ?? null}
      onChange={(id) => onChange(all.find((one) => one.id === id) ?? null)}
      style={{ flex: "1 1 200px" }}
    />
  );
}
