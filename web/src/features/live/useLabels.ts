/** Names of the people who are active now: the stream carries only their ids. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { api } from "@/api/client";
import type { Page, ProfileSummary } from "@/api/types";
import { useCan } from "@/lib/session";

const REFRESH_MS = 4000;
const ACTIVE_PEOPLE = 100;

export function useLabels(paused: boolean): ReadonlyMap<string, string> {
  const known = useRef<ReadonlyMap<string, string>>(new Map());
  const active = useQuery({
    queryKey: ["profiles", "active"],
    queryFn: ({ signal }) =>
      api.get<Page<ProfileSummary>>("/api/v1/profiles", { signal, query: { sort: "last_seen", limit: ACTIVE_PEOPLE } }),
    enabled: useCan("profile.read"),
    refetchInterval: paused ? false : REFRESH_MS,
  });
  // The same map as long as it says the same: rows are drawn anew when it changes.
  return useMemo(() => {
    const fresh = (active.data?.items ?? []).filter((person) => known.current.get(person.id) !== person.label);
    if (fresh.length > 0) {
      known.current = new Map([...known.current, ...fresh.map(({ id, label }) => [id, label] as const)]);
    }
    return known.current;
  }, [active.data]);
}
