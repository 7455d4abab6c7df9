/** The rules being edited: their history, what a change would mean, and saving with a way back. */
import { useLingui } from "@lingui/react/macro";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import { pushHistory, redo, startHistory, undo } from "@/lib/history";
import { toastError, toastOffer } from "@/ui/toast";
import { bodyOf, isFinished, sameRules } from "./model";
import { rulesPreviewQuery, rulesQuery, saveRules } from "./queries";
import type { Rules, RulesView } from "./types";
import { mistakesOf } from "./words";

const REST_MS = 400;

export function useRules(view: RulesView) {
  const { t } = useLingui();
  const [history, setHistory] = useState(() => startHistory(view.rules));
  const rules = history.present;
  const edit = (next: Rules) => setHistory((before) => pushHistory(before, next));
  const changed = !sameRules(rules, view.rules);
  const finished = isFinished(rules);
  const text = JSON.stringify(changed && finished ? bodyOf(rules) : null);
  const [settled] = useDebouncedValue(text, REST_MS);
  const preview = useQuery(rulesPreviewQuery(JSON.parse(settled) as Rules | null));
  const take = (next: RulesView) => {
    queryClient.setQueryData(rulesQuery.queryKey, next);
    setHistory((before) => ({ ...before, present: next.rules }));
  };
  const back = useMutation({
    mutationFn: ({ to, version }: { to: Rules; version: number }) => saveRules(to, version),
    onSuccess: (next) => {
      setHistory((before) => pushHistory(before, next.rules));
      take(next);
    },
  });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => saveRules(bodyOf(rules), view.version),
    onSuccess: (next) => {
      const to = view.rules;
      take(next);
      toastOffer({
        message: t`Saved. It holds for what comes next.`,
        label: t`Undo`,
        act: () => back.mutate({ to, version: next.version }),
      });
    },
    // A refused field is marked where it stands, and another's change is said beside it.
    onError: (error) => mistakesOf(error).length === 0 && !isStatus(error, 412) && toastError(error),
  });
  return {
    rules,
    edit,
    changed,
    finished,
    save,
    preview: {
      data: changed && settled === text ? preview.data : undefined,
      error: settled === text ? preview.error : null,
      working: changed && finished && (settled !== text || preview.isFetching),
    },
    undo: history.past.length > 0 ? () => setHistory(undo) : null,
    redo: history.future.length > 0 ? () => setHistory(redo) : null,
  };
}
