/** Events name their source by id; people know it by name. */
import { useQuery } from "@tanstack/react-query";
import { sourcesQuery } from "@/api/query";
import { NOTHING } from "@/lib/format";
import { useCan } from "@/lib/session";

export function useSourceName(): (id: string | null) => string {
  const sources = useQuery({ ...sourcesQuery, enabled: useCan("source.read") });
  const names = new Map(sources.data?.items.map((source) => [source.id, source.name]));
  return (id) => (id ? (names.get(id) ?? id) : NOTHING);
}
