import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery, queryClient } from "@/api/query";
import type { Items } from "@/api/types";
import type { Overview, Rule, RuleRequest, Run } from "./types";

const POLL_MS = 1000;
const RULES_MAX = 500;
/** Looks at what would go are good for a day: among this many there is the last one at a rule. */
const LOOKS = 50;
const base = "/api/v1/retention";
const rulePath = (id: string) => `${base}/rules/${encodeURIComponent(id)}`;

/** Asked again every second while a run is at work. */
export const overviewQuery = queryOptions({
  queryKey: ["retention", "overview"],
  queryFn: ({ signal }) => api.get<Overview>(base, { signal }),
  refetchInterval: ({ state }) => (state.data?.running ? POLL_MS : false),
});

export const rulesQuery = queryOptions({
  queryKey: ["retention", "rules"],
  queryFn: ({ signal }) => api.get<Items<Rule>>(`${base}/rules`, { signal, query: { limit: RULES_MAX } }),
});

export const runsQuery = pagedQuery<Run>(["retention", "runs"], `${base}/runs`);

export const looksQuery = queryOptions({
  queryKey: ["retention", "looks"],
  queryFn: ({ signal }) => api.get<Items<Run>>(`${base}/runs`, { signal, query: { mode: "dry_run", limit: LOOKS } }),
});

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["retention", "run", id],
    queryFn: ({ signal }) => api.get<Run>(`${base}/runs/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === "running" && !state.error ? POLL_MS : false),
  });

export const createRule = (body: RuleRequest) => api.post<Rule>(`${base}/rules`, body);
export const changeRule = (id: string, body: RuleRequest) => api.put<Rule>(rulePath(id), body);
export const removeRule = (id: string) => api.delete(rulePath(id));
export const enableRule = (id: string, dry_run: string | null) => api.post<Rule>(`${rulePath(id)}/enable`, { dry_run });
export const disableRule = (id: string) => api.post<Rule>(`${rulePath(id)}/disable`);
export const look = (rule: string) => api.post<Run>(`${base}/dry-run`, { rules: [rule] });
export const runNow = () => api.post<Run>(`${base}/run`);

/** A change of one rule may switch others off. */
export const refresh = () => queryClient.invalidateQueries({ queryKey: ["retention"] });
