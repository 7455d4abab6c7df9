import { type InfiniteData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Company, CompanyMember, CompanySummary } from "@/api/companies";
import { pagedQuery, queryClient } from "@/api/query";
import type { JsonObject, Page } from "@/api/types";

/** What is not to be seen yet when the server answers is there after this. */
const VISIBLE_MS = 2000;
const base = "/api/v1/companies";
const companyPath = (id: string) => `${base}/${encodeURIComponent(id)}`;
const memberPath = (id: string, profile: string) => `${companyPath(id)}/members/${encodeURIComponent(profile)}`;

export type State = "current" | "former";
type Made = { id: string | null; message_id: string };
type Accepted = { message_id: string; visible: boolean };

export const companiesQuery = (query: { q: string; sort: string }) =>
  pagedQuery<CompanySummary>(["companies", "list"], base, query);

export const companyQuery = (id: string) =>
  queryOptions({
    queryKey: ["companies", "one", id],
    queryFn: ({ signal }) => api.get<Company>(companyPath(id), { signal }),
  });

const membersKey = (id: string) => ["companies", "one", id, "members"] as const;

export const membersQuery = (id: string, state: State) =>
  pagedQuery<CompanyMember>(membersKey(id), `${companyPath(id)}/members`, { state });

export const create = (group_id: string, traits: JsonObject) => api.post<Made>(base, { group_id, traits });
export const change = (id: string, traits: JsonObject) => api.patch<Company>(companyPath(id), { traits });
export const remove = (id: string) => api.delete<Accepted>(companyPath(id));
/** Makes a member, or changes the role of one; `null` takes the role back, left out keeps it. */
export const addMember = (id: string, profile_id: string, role?: string | null) =>
  api.post<Accepted>(`${companyPath(id)}/members`, { profile_id, role });
export const removeMember = (id: string, profile: string) => api.delete<Accepted>(memberPath(id, profile));

/** Takes somebody off the lists on the screen, before the server has been asked. */
export function hideMember(id: string, profile: string): void {
  queryClient.setQueriesData<InfiniteData<Page<CompanyMember>>>(
    { queryKey: membersKey(id) },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({ ...page, items: page.items.filter((one) => one.profile.id !== profile) })),
      },
  );
}

/** Asks anew: at once, or also in a moment when the server says that it is not visible yet. */
export async function refresh(visible = true): Promise<void> {
  const ask = () => queryClient.invalidateQueries({ queryKey: ["companies"] });
  if (!visible) setTimeout(() => void ask(), VISIBLE_MS);
  await ask();
}
