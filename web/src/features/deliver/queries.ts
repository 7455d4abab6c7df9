import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Sender } from "@/api/types";

export const senderQuery = queryOptions({
  queryKey: ["sender"],
  queryFn: ({ signal }) => api.get<Sender>("/api/v1/senders", { signal }),
});
