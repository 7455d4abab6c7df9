/** Takes an event out of the plan; it can be put back at once. */
import { useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { queryClient } from "@/api/query";
import { toastError, toastOffer } from "@/ui/toast";
import { archivePlanned, plannedQuery, refresh, restorePlanned } from "./queries";
import type { PlannedEvent } from "./types";
import { useEventName } from "./words";

export function useArchive() {
  const { t } = useLingui();
  const nameOf = useEventName();
  const keep = async (event: PlannedEvent) => {
    queryClient.setQueryData(plannedQuery(event.id).queryKey, event);
    await refresh();
  };
  return useMutation({
    mutationFn: (event: PlannedEvent) => archivePlanned(event.id),
    onSuccess: async (event) => {
      const name = nameOf(event);
      toastOffer({
        message: t`“${name}” is archived`,
        label: t`Undo`,
        act: () => void restorePlanned(event.id).then(keep).catch(toastError),
      });
      await keep(event);
    },
  });
}
