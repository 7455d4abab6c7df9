import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Frequency, Preferences, Proof } from "@/api/consent";
import { pagedQuery, queryClient } from "@/api/query";
import { profilePath } from "../queries";
import type { ChangeBody } from "./model";

/** What is not to be seen yet when the server answers is there after this. */
const VISIBLE_MS = 2000;

export const preferencesQuery = (id: string) =>
  queryOptions({
    queryKey: ["profiles", "one", id, "preferences"],
    queryFn: ({ signal }) => api.get<Preferences>(`${profilePath(id)}/preferences`, { signal }),
  });

export type Statement = { channel: string; state: string; at: string; proof: Proof; detail?: string | null };

export const statementsQuery = (id: string) =>
  pagedQuery<Statement>(["profiles", "one", id, "consent"], `${profilePath(id)}/consent`);

type Wishes = { pause_until?: string | null; frequency?: Frequency };
type Changed = { preferences: Preferences; visible: boolean; asked: boolean };

export const change = (id: string, body: ChangeBody & Wishes) => api.post<Changed>(`${profilePath(id)}/consent`, body);

export const makeLink = (id: string) =>
  api.post<{ url: string; expires_at: string }>(`${profilePath(id)}/preferences/link`, {});

/** Shows what was answered at once, and asks again when the views have caught up. */
export function changed(id: string, { preferences, visible }: Changed): void {
  queryClient.setQueryData(preferencesQuery(id).queryKey, preferences);
  const ask = () => void queryClient.invalidateQueries({ queryKey: ["profiles"] });
  if (visible) ask();
  else setTimeout(ask, VISIBLE_MS);
}
