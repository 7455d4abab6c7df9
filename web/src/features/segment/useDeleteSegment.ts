/** Deletes a segment with ten seconds to take it back. */
import { t } from "@lingui/core/macro";
import { api } from "@/api/client";
import { queryClient, segmentsQuery } from "@/api/query";
import type { Segment } from "@/api/types";
import { undoable } from "@/ui/toast";
import { segmentPath } from "./queries";

export function useDeleteSegment(): (segment: Pick<Segment, "id" | "name">) => void {
  return (segment) => {
    queryClient.setQueryData(segmentsQuery.queryKey, (list) =>
      list ? { ...list, items: list.items.filter((one) => one.id !== segment.id) } : list,
    );
    undoable({
      message: t`“${segment.name}” is deleted`,
      commit: () => api.delete(segmentPath(segment.id)),
      restore: () => void queryClient.invalidateQueries({ queryKey: segmentsQuery.queryKey }),
    });
  };
}
