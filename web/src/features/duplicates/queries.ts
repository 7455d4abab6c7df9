import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery, queryClient } from "@/api/query";
import type { Page } from "@/api/types";
import { sureAbove } from "./model";
import type { Accept, Accepted, Group, Rejected, Status } from "./types";

const POLL_MS = 1000;
/** Suggestions follow the customers by themselves. */
const POLL_QUIET_MS = 30_000;
/** What is not to be seen yet when the server answers is there after this. */
const VISIBLE_MS = 2000;
const GROUPS_PER_PAGE = 20;
const GROUPS_AT_ONCE = 200;
const base = "/api/v1/duplicates";

export const statusQuery = queryOptions({
  queryKey: ["duplicates", "status"],
  queryFn: ({ signal }) => api.get<Status>(`${base}/status`, { signal }),
  refetchInterval: (query) => {
    const status = query.state.data;
    return status?.state === "running" || status?.update.running ? POLL_MS : POLL_QUIET_MS;
  },
});

/** The groups of one search: asked anew when a search has finished, the old ones stay visible meanwhile. */
export const groupsQuery = (status: Status | undefined) => ({
  ...pagedQuery<Group>(["duplicates", "groups", status?.finished_at ?? null], base, { limit: GROUPS_PER_PAGE }),
  enabled: status !== undefined && status.state !== "never",
  placeholderData: keepPreviousData,
});

/** Every group this sure or surer, also those the list does not show yet. */
export async function groupsAbove(share: number): Promise<Group[]> {
  const found: Group[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Group> = await api.get<Page<Group>>(base, { query: { limit: GROUPS_AT_ONCE, cursor } });
    const sure = page.items.filter((group) => sureAbove(group, share));
    found.push(...sure);
    cursor = sure.length === page.items.length ? (page.next_cursor ?? null) : null;
  } while (cursor);
  return found;
}

export const find = () => api.post<Status>(`${base}/find`, {});
export const accept = (groups: Accept[]) => api.post<Accepted>(`${base}/accept`, { groups });
/** Each as it was seen: what has other people in it meanwhile is left alone. */
export const reject = (groups: Group[]) =>
  api.post<Rejected>(`${base}/reject`, { groups: groups.map(({ id, version }) => ({ id, version })) });

/** An update has changed them; what was shown stays until the new ones are there. */
export const refreshGroups = () => queryClient.invalidateQueries({ queryKey: ["duplicates", "groups"] });

/** People and groups look different after a merge: at once, or in a moment when the server says so. */
export async function refresh(visible = true): Promise<void> {
  const ask = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ["duplicates"] }),
      queryClient.invalidateQueries({ queryKey: ["profiles"] }),
    ]);
  if (!visible) setTimeout(() => void ask(), VISIBLE_MS);
  await ask();
}
