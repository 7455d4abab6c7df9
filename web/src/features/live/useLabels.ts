/** Names of the people who are active now: the stream carries only their ids. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { api } from "@/api/client";
import type { Page, ProfileSummary } from "@/api/types";
import { useCan } from "@/lib/session";

const REFRESH_MS = 4000;
const ACTIVE_PEOPLE = 100;

export function useLabels(paused: boolean): ReadonlyMap<string, string> {
  const known = useRef(new Map<string, string>());
  const active = useQuery({
    queryKey: ["profiles", "active"],
    queryFn: ({ signal }) =>
      api.get<Page<ProfileSummary>>("/api/v1/profiles", { signal, query: { sort: "last_seen", limit: ACTIVE_PEOPLE } }),
    enabled: useCan("profile.read"),
    refetchInterval: paused ? false : REFRESH_MS,
  });
  return useMemo(() => {
    for (const person of active.data?.items ?? []) known.current.set(person.id, person.label);
    return new Map(known.current);
  }, [active.data]);
}
