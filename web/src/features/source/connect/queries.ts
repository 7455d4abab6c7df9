import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery, queryClient, sourcesQuery } from "@/api/query";
import type { Items } from "@/api/types";
import type { Connection, Definition, Payload, Replayed, Rule, Run, TakenFile, Tested, Tried } from "./types";

const RUNNING_MS = 1500;
const LOOK_MS = 10_000;
const PAYLOADS_MS = 4000;
const RUNS_PER_PAGE = 10;
const base = "/api/v1/connections";
const connectionPath = (id: string) => `${base}/${encodeURIComponent(id)}`;
const key = (id: string) => ["connections", "one", id] as const;

export const connectionQuery = (id: string) =>
  queryOptions({
    queryKey: key(id),
    queryFn: ({ signal }) => api.get<Connection>(connectionPath(id), { signal }),
    refetchInterval: (query) => (query.state.data?.health.state === "running" ? RUNNING_MS : LOOK_MS),
  });

export const connectionsQuery = queryOptions({
  queryKey: ["connections", "list"],
  queryFn: ({ signal }) => api.get<Items<Connection>>(base, { signal, query: { limit: 500 } }),
  refetchInterval: LOOK_MS,
});

export const runsQuery = (id: string, running: boolean) => ({
  ...pagedQuery<Run>([...key(id), "runs"], `${connectionPath(id)}/runs`, { limit: RUNS_PER_PAGE }),
  refetchInterval: running ? RUNNING_MS : LOOK_MS,
});

export const filesQuery = (id: string) => ({
  ...pagedQuery<TakenFile>([...key(id), "files"], `${connectionPath(id)}/files`),
  refetchInterval: LOOK_MS,
});

/** The last payloads, whatever became of them. */
export const payloadsQuery = (id: string) =>
  queryOptions({
    queryKey: [...key(id), "payloads"],
    queryFn: ({ signal }) => api.get<Items<Payload>>(`${connectionPath(id)}/payloads`, { signal }),
    refetchInterval: PAYLOADS_MS,
  });

/** The folders of the server that may be watched at all. */
export const rootsQuery = queryOptions({
  queryKey: ["connections", "folders"],
  queryFn: ({ signal }) => api.get<Items<string>>(`${base}/folders`, { signal }),
});

type Sample = { payload: unknown; headers: Record<string, string> } | { connection: string };

/** What a mapping would make of a payload, or of the last ones that came. */
export const tryQuery = (rules: Rule[], sample: Sample | null) =>
  queryOptions({
    queryKey: ["connections", "try", rules, sample],
    queryFn: ({ signal }) => api.post<Tried>(`${base}/try`, { mapping: { rules }, ...sample }, { signal }),
    enabled: sample !== null && rules.length > 0,
    placeholderData: (before) => before,
    retry: false,
  });

export const test = (definition: Definition, id?: string) => api.post<Tested>(`${base}/test`, { definition, id });

/** Secrets that were not typed anew are left out: the stored ones stay. */
export async function createConnection(name: string, definition: Definition): Promise<Connection> {
  const made = await api.post<Connection>(base, { name, definition });
  await queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey });
  return made;
}

type Change = { enabled?: boolean; definition?: Definition };

/** Keeps what the server answers, so that the screen does not fall back to what was before. */
async function keep(connection: Connection): Promise<Connection> {
  queryClient.setQueryData(key(connection.id), connection);
  await queryClient.invalidateQueries({ queryKey: ["connections"] });
  return connection;
}

const act = async (id: string, action: string) =>
  keep(await api.post<Connection>(`${connectionPath(id)}/${action}`, {}));

export const changeConnection = async (id: string, change: Change) =>
  keep(await api.patch<Connection>(connectionPath(id), change));
export const run = (id: string) => act(id, "run");
export const restart = (id: string) => act(id, "restart");
export const rotate = (id: string) => act(id, "rotate");

/** Maps payloads once more; without ids all that became no event. */
export async function replay(id: string, ids?: string[]): Promise<Replayed> {
  const replayed = await api.post<Replayed>(`${connectionPath(id)}/payloads/replay`, ids ? { ids } : {});
  await queryClient.invalidateQueries({ queryKey: key(id) });
  await queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey });
  return replayed;
}
