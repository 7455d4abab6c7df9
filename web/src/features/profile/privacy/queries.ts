import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { profilePath } from "../queries";
import type { AnonymisePreview, Erasure } from "./types";

const POLL_MS = 2000;

export const anonymisePreviewQuery = (id: string) =>
  queryOptions({
    queryKey: ["anonymise-preview", id],
    queryFn: ({ signal }) => api.get<AnonymisePreview>(`${profilePath(id)}/anonymise`, { signal }),
    staleTime: 0,
    gcTime: 0,
  });

export const anonymise = (id: string) => api.post(`${profilePath(id)}/anonymise`);

/** Asked again until no file holds anything any more. */
export const erasureQuery = (id: string) =>
  queryOptions({
    queryKey: ["erasure", id],
    queryFn: ({ signal }) => api.get<Erasure>(`${profilePath(id)}/erasure`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === "erasing" && !state.error ? POLL_MS : false),
  });
