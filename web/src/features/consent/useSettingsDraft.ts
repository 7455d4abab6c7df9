/** The settings as they are being edited on several tabs, saved together. */
import { useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { fieldErrors } from "@/api/errors";
import { queryClient } from "@/api/query";
import { toastDone } from "@/ui/toast";
import { cleanSettings, sameSettings } from "./model";
import { refresh, saveSettings, settingsQuery } from "./queries";
import type { ConsentSettings } from "./types";

export function useSettingsDraft(saved: ConsentSettings) {
  const { t } = useLingui();
  const [draft, setDraft] = useState(saved);
  const changed = !sameSettings(draft, saved);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => saveSettings({ ...cleanSettings(draft), version: saved.version }),
    onSuccess: async (answer) => {
      queryClient.setQueryData(settingsQuery.queryKey, answer);
      setDraft(answer);
      toastDone(t`Saved`);
      await refresh();
    },
  });
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      changed && current.pathname !== next.pathname && !window.confirm(t`Leave without saving the changes?`),
    enableBeforeUnload: () => changed,
  });
  return {
    draft,
    change: (next: Partial<ConsentSettings>) => setDraft((before) => ({ ...before, ...next })),
    changed,
    discard: () => {
      save.reset();
      setDraft(saved);
    },
    save: () => save.mutate(),
    saving: save.isPending,
    error: save.error,
    /** By path, such as "accent" or "purposes.0.text". */
    wrong: fieldErrors(save.error),
  };
}

export type SettingsDraft = ReturnType<typeof useSettingsDraft>;
