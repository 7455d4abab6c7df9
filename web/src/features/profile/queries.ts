import { pagedQuery } from "@/api/query";
import type { ProfileSummary, TimelineEvent } from "@/api/types";

const base = "/api/v1/profiles";
export const profilePath = (id: string) => `${base}/${encodeURIComponent(id)}`;

export const peopleQuery = (query: { q: string; segment: string; sort: string }) =>
  pagedQuery<ProfileSummary>(["profiles", "list"], base, query);

export const timelineQuery = (id: string, query: { channel: string; name: string }) =>
  pagedQuery<TimelineEvent>(["profiles", "one", id, "timeline"], `${profilePath(id)}/timeline`, query);
