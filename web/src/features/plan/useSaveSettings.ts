/** Saves the settings; asks first when something is taken away from then on. */
import { useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "@/api/query";
import { toastDone } from "@/ui/toast";
import { consequences, settingsOf } from "./model";
import { planQuery, refresh, saveSettings, violationsQuery } from "./queries";
import type { Plan, Settings } from "./types";

const DAYS = 7;

export function useSaveSettings(plan: Plan) {
  const { t } = useLingui();
  const [asking, setAsking] = useState<Settings | null>(null);
  const violations = useQuery({ ...violationsQuery({ days: DAYS }), enabled: plan.enabled }).data;
  const save = useMutation({
    mutationFn: saveSettings,
    onSuccess: async (saved, wanted) => {
      queryClient.setQueryData(planQuery.queryKey, saved);
      setAsking(null);
      if (wanted.enabled === plan.enabled) toastDone(t`Saved`);
      else if (wanted.enabled) toastDone(t`The plan is on: events are compared from now on`);
      else toastDone(t`The plan is off: nothing is compared any more`);
      await refresh();
    },
  });
  const consequencesOf = (wanted: Settings) => consequences(settingsOf(plan), wanted, violations);
  return {
    consequencesOf,
    /** What is to be confirmed. */
    asking,
    isPending: save.isPending,
    ask: (wanted: Settings) => (consequencesOf(wanted).length > 0 ? setAsking(wanted) : save.mutate(wanted)),
    confirm: () => asking && save.mutate(asking),
    cancel: () => setAsking(null),
  };
}

export type SaveSettings = ReturnType<typeof useSaveSettings>;
