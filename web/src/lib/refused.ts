/** Orders that could not be counted, in one sentence: for the screens where somebody would miss them. */
import { plural } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { RefusedOrders } from "@/api/types";
import { useCan } from "./session";

const REFRESH_MS = 60_000;

type Notice = { text: string; lastAt: string };

/** Null as long as every order could be counted, and for who may see no reports. */
export function useRefusedNotice(): Notice | null {
  const refused = useQuery({
    queryKey: ["refused-orders", "latest"],
    queryFn: ({ signal }) => api.get<RefusedOrders>("/api/v1/measure/refused-orders", { signal, query: { limit: 1 } }),
    enabled: useCan("report.read"),
    refetchInterval: REFRESH_MS,
  });
  const latest = refused.data?.items[0];
  if (!refused.data || !latest) return null;
  const text = plural(refused.data.total, {
    one: "# order could not be counted",
    other: "# orders could not be counted",
  });
  return { text, lastAt: latest.at };
}
