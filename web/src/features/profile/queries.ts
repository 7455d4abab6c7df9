import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery } from "@/api/query";
import type { Profile, ProfileSummary, TimelineEvent } from "@/api/types";

const base = "/api/v1/profiles";
export const profilePath = (id: string) => `${base}/${encodeURIComponent(id)}`;

export const peopleQuery = (query: { q: string; segment: string; sort: string }) =>
  pagedQuery<ProfileSummary>(["profiles", "list"], base, query);

export const profileQuery = (id: string) =>
  queryOptions({
    queryKey: ["profiles", "one", id],
    queryFn: ({ signal }) => api.get<Profile>(profilePath(id), { signal }),
  });

export const timelineQuery = (id: string, query: { channel: string; name: string }) =>
  pagedQuery<TimelineEvent>(["profiles", "one", id, "timeline"], `${profilePath(id)}/timeline`, query);
