/** The server names a source by its id; people know it by name. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { sourcesQuery } from "@/api/query";
import { NOTHING } from "./format";
import { useCan } from "./session";

export function useSourceName(): (id: string | null | undefined) => string {
  const sources = useQuery({ ...sourcesQuery, enabled: useCan("source.read") });
  const { data } = sources;
  return useMemo(() => {
    const names = new Map(data?.items.map((source) => [source.id, source.name]));
    return (id) => (id ? (names.get(id) ?? id) : NOTHING);
  }, [data]);
}
