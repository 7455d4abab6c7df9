import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import { profilePath } from "../queries";
import type { Identity, MergePreview, SplitBody, SplitPreview } from "./types";

const SORTING_MS = 2000;
/** What is not to be seen yet when the server answers is there after this. */
const VISIBLE_MS = 2000;

/** Asked again every two seconds while a split is being sorted. */
export const identityQuery = (id: string) =>
  queryOptions({
    queryKey: ["profiles", "one", id, "identity"],
    queryFn: ({ signal }) => api.get<Identity>(`${profilePath(id)}/identity`, { signal }),
    refetchInterval: (query) => (query.state.data?.sorting ? SORTING_MS : false),
  });

// Under a key of their own: what is invalidated after a merge or a split is not asked once more about those two.

export const mergePreviewQuery = (survivor: string, merged: string) =>
  queryOptions({
    queryKey: ["identity-preview", "merge", survivor, merged],
    queryFn: ({ signal }) =>
      api.post<MergePreview>(`${profilePath(survivor)}/merge-preview`, { with: merged }, { signal }),
    staleTime: 0,
    gcTime: 0,
  });

export const splitPreviewQuery = (id: string, body: SplitBody) =>
  queryOptions({
    queryKey: ["identity-preview", "split", id, body],
    queryFn: ({ signal }) => api.post<SplitPreview>(`${profilePath(id)}/split-preview`, body, { signal }),
    staleTime: 0,
  });

/** People look different after a merge or a split: at once, or in a moment when the server says so. */
export async function refreshPeople(visible: boolean): Promise<void> {
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["profiles"] });
  if (!visible) setTimeout(() => void refresh(), VISIBLE_MS);
  await refresh();
}
