/** The filters of the list, kept in the address. */
import { useSearchValue } from "@/lib/nav";
import { type Filters, isAvailability, isGone } from "../model";

type Setters = { [Name in keyof Filters]: (value: string) => void };

export function useFilters(): { filters: Filters; set: Setters } {
  const [q, setQ] = useSearchValue("q");
  const [source, setSource] = useSearchValue("source");
  const [availability, setAvailability] = useSearchValue("availability");
  const [brand, setBrand] = useSearchValue("brand");
  const [category, setCategory] = useSearchValue("category");
  const [gone, setGone] = useSearchValue("gone", "no");
  return {
    filters: {
      q,
      source,
      availability: isAvailability(availability) ? availability : "",
      brand,
      category,
      gone: isGone(gone) ? gone : "no",
    },
    set: {
      q: setQ,
      source: setSource,
      availability: setAvailability,
      brand: setBrand,
      category: setCategory,
      gone: setGone,
    },
  };
}
