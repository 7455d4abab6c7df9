import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery } from "@/api/query";
import type { ApiKeys, AuditEntry, Items, User, Workspace } from "@/api/types";

export const workspaceQuery = queryOptions({
  queryKey: ["workspace"],
  queryFn: ({ signal }) => api.get<Workspace>("/api/v1/workspace", { signal }),
});

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => api.get<Items<User>>("/api/v1/users", { signal }),
});

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: ({ signal }) => api.get<ApiKeys>("/api/v1/keys", { signal }),
});

export const auditQuery = pagedQuery<AuditEntry>(["audit"], "/api/v1/audit");
