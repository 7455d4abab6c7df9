import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { PAGE_SIZE, pagedQuery, queryClient } from "@/api/query";
import type { Rules, RulesPreview, RulesView, SharedDevice, TraitHistoryPage } from "./types";

const base = "/api/v1/profile-rules";

export const rulesQuery = queryOptions({
  queryKey: ["profile-rules"],
  queryFn: ({ signal }) => api.get<RulesView>(base, { signal }),
});

/** Under a key of its own: saving the rules does not ask once more what they would mean. */
export const rulesPreviewQuery = (rules: Rules | null) =>
  queryOptions({
    queryKey: ["profile-rules-preview", JSON.stringify(rules)],
    queryFn: ({ signal }) => api.post<RulesPreview>(`${base}/preview`, rules, { signal }),
    enabled: rules !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });

export const saveRules = (rules: Rules, version: number) => api.put<RulesView>(base, rules, { ifMatch: version });

export const sharedDevicesQuery = pagedQuery<SharedDevice>(["profile-shared-devices"], `${base}/shared-devices`);

export const releaseDevice = ({ kind, value }: SharedDevice) =>
  api.post(`${base}/shared-devices/release`, { kind, value });

export async function refreshDevices(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: sharedDevicesQuery.queryKey });
}

/** Everything that was ever said of one trait of one customer, newest first. */
export const traitHistoryQuery = (profile: string, trait: string) => ({
  queryKey: ["profiles", "one", profile, "trait-history", trait],
  queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
    api.get<TraitHistoryPage>(
      `/api/v1/profiles/${encodeURIComponent(profile)}/traits/${encodeURIComponent(trait)}/history`,
      { signal, query: { limit: PAGE_SIZE, cursor: pageParam } },
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (last: TraitHistoryPage) => last.next_cursor ?? null,
});
