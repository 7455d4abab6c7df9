/** What the list is narrowed down by. */
import { useLingui } from "@lingui/react/macro";
import { Autocomplete, Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ProductLine } from "@/api/products";
import * as format from "@/lib/format";
import { SearchField } from "@/ui/SearchField";
import { AVAILABILITIES, type Filters, GONE, withParents } from "../model";
import { categoriesQuery, feedSourcesQuery } from "../queries";
import { useAvailabilityWords, useFeedName, useGoneWords } from "../words";
import type { useFilters } from "./useFilters";

type Props = ReturnType<typeof useFilters> & {
  /** Those on the screen: their brands are offered. */
  shown: ProductLine[];
};

/** All of one width, also on a row of their own: one that grows over the whole page looks like another thing. */
const SELECT = { flex: "1 1 150px", maxWidth: 220 };

export function ProductFilters({ filters, set, shown }: Props) {
  const { t } = useLingui();
  const availability = useAvailabilityWords();
  const gone = useGoneWords();
  const feedName = useFeedName();
  const categories = useQuery(categoriesQuery);
  const sources = useQuery(feedSourcesQuery);
  const clear = { clearButtonProps: { "aria-label": t`Clear` } };
  const feeds = sources.data?.items ?? [];
  return (
    <Group gap="sm">
      <SearchField
        value={filters.q}
        onChange={set.q}
        label={t`Search by title, brand, ID or GTIN`}
        style={{ flex: "2 1 260px" }}
      />
      <Select
        aria-label={t`Availability`}
        placeholder={t`Any availability`}
        style={SELECT}
        clearable
        {...clear}
        data={AVAILABILITIES.map((value) => ({ value, label: availability(value) }))}
        value={filters.availability || null}
        onChange={(value) => set.availability(value ?? "")}
      />
      <Brand value={filters.brand} onChange={set.brand} shown={shown} />
      <Select
        aria-label={t`Category`}
        placeholder={t`All categories`}
        style={SELECT}
        searchable
        clearable
        {...clear}
        data={withParents(categories.data?.items ?? []).map(({ category, products }) => ({
          value: category,
          label: `${category} (${format.number(products)})`,
        }))}
        value={filters.category || null}
        onChange={(value) => set.category(value ?? "")}
      />
      {(feeds.length > 1 || filters.source !== "") && (
        <Select
          aria-label={t`Feed`}
          placeholder={t`All feeds`}
          style={SELECT}
          clearable
          {...clear}
          data={feeds.map(({ source, name }) => ({ value: source, label: name ?? feedName(source) }))}
          value={filters.source || null}
          onChange={(value) => set.source(value ?? "")}
        />
      )}
      <Select
        aria-label={t`Gone or not`}
        style={SELECT}
        allowDeselect={false}
        data={GONE.map((value) => ({ value, label: gone[value] }))}
        value={filters.gone}
        onChange={(value) => set.gone(value ?? "no")}
      />
    </Group>
  );
}

type BrandProps = { value: Filters["brand"]; onChange: (brand: string) => void; shown: ProductLine[] };

/** Only a whole brand is found: it is asked for once it was chosen, or typed to its end. */
function Brand({ value, onChange, shown }: BrandProps) {
  const { t } = useLingui();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const brands = [...new Set(shown.flatMap((product) => product.brand ?? []))].sort((a, b) => a.localeCompare(b));
  return (
    <Autocomplete
      aria-label={t`Brand`}
      placeholder={t`All brands`}
      style={SELECT}
      clearable
      clearButtonProps={{ "aria-label": t`Clear` }}
      data={brands}
      value={text}
      onChange={(next) => {
        setText(next);
        if (next === "") onChange("");
      }}
      onOptionSubmit={onChange}
      onBlur={() => onChange(text.trim())}
      onKeyDown={(event) => event.key === "Enter" && onChange(text.trim())}
    />
  );
}
