import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery, queryClient } from "@/api/query";
import type {
  Adopted,
  Checked,
  Converted,
  EventRef,
  Imported,
  Kind,
  Plan,
  PlannedBody,
  PlannedEvent,
  Property,
  Schema,
  Settings,
  Suggestions,
  Violations,
} from "./types";

const REFRESH_MS = 30_000;
/** The most suggestions that are adopted at once. */
export const ADOPT_MAX = 200;
const base = "/api/v1/plan";
const plannedPath = (id: string) => `${base}/events/${encodeURIComponent(id)}`;

export const planQuery = queryOptions({
  queryKey: ["plan", "overview"],
  queryFn: ({ signal }) => api.get<Plan>(base, { signal }),
  refetchInterval: REFRESH_MS,
});

export const plannedListQuery = (query: { status: string; kind: string; q: string }) =>
  pagedQuery<PlannedEvent>(["plan", "events"], `${base}/events`, query);

export const plannedQuery = (id: string) =>
  queryOptions({
    queryKey: ["plan", "event", id],
    queryFn: ({ signal }) => api.get<PlannedEvent>(plannedPath(id), { signal }),
    refetchOnWindowFocus: false,
  });

export const suggestionsQuery = queryOptions({
  queryKey: ["plan", "suggestions"],
  queryFn: ({ signal }) => api.get<Suggestions>(`${base}/suggestions`, { signal }),
});

export type ViolationFilter = { days: number; kind?: Kind; name?: string; source?: string };

export const violationsQuery = (filter: ViolationFilter) =>
  queryOptions({
    queryKey: ["plan", "violations", filter],
    queryFn: ({ signal }) => api.get<Violations>(`${base}/violations`, { signal, query: filter }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

type Content = { properties: Property[] } | { schema: Schema };

export const saveSettings = (settings: Settings) => api.put<Plan>(`${base}/settings`, settings);
export const createPlanned = (body: PlannedBody) => api.post<PlannedEvent>(`${base}/events`, body);
export const updatePlanned = (id: string, body: PlannedBody, version: number) =>
  api.put<PlannedEvent>(plannedPath(id), body, { ifMatch: version });
export const archivePlanned = (id: string) => api.post<PlannedEvent>(`${plannedPath(id)}/archive`, {});
export const restorePlanned = (id: string) => api.post<PlannedEvent>(`${plannedPath(id)}/restore`, {});
export const convert = (content: Content) => api.post<Converted>(`${base}/convert`, content);
/** As if the entry were saved; also while the plan is off. */
export const check = (entry: PlannedBody, sample: unknown) =>
  api.post<Checked>(`${base}/check`, { kind: entry.kind, name: entry.name, sample, entry });
export const adopt = (events: EventRef[]) => api.post<Adopted>(`${base}/adopt`, { events });
export const importPlan = (plan: unknown, replace: boolean, dry_run: boolean) =>
  api.post<Imported>(`${base}/import`, { plan, replace, dry_run });
export const EXPORT = `${base}/export`;

export const refresh = () => queryClient.invalidateQueries({ queryKey: ["plan"] });
