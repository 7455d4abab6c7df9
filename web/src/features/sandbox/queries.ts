import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery } from "@/api/query";
import type { SandboxMessage, SandboxSummary } from "@/api/types";

const base = "/api/v1/sandbox/messages";
const REFRESH_MS = 5000;

export const sandboxPath = (id: string) => `${base}/${encodeURIComponent(id)}`;

/** Newest first; asked again while the page is open, because a campaign may be going out. */
export const sandboxQuery = (query: { q: string; campaign: string }) => ({
  ...pagedQuery<SandboxSummary>(["sandbox"], base, query),
  refetchInterval: REFRESH_MS,
});

export const sandboxMessageQuery = (id: string) =>
  queryOptions({
    queryKey: ["sandbox", "one", id],
    queryFn: ({ signal }) => api.get<SandboxMessage>(sandboxPath(id), { signal }),
    enabled: id !== "",
  });
