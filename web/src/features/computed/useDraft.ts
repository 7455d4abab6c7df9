/** The definition being edited with its history; typing on in one field is one step back. */
import { useRef, useState } from "react";
import { pushHistory, redo, startHistory, undo } from "@/lib/history";
import type { Draft } from "./model";

export type EditDraft = (next: Draft, field?: string) => void;

export function useDraft(initial: Draft) {
  const [history, setHistory] = useState(() => startHistory(initial));
  const lastField = useRef<string | null>(null);
  const edit: EditDraft = (next, field) => {
    const goesOn = field !== undefined && field === lastField.current && history.past.length > 0;
    lastField.current = field ?? null;
    setHistory((before) => (goesOn ? { ...before, present: next, future: [] } : pushHistory(before, next)));
  };
  const step = (move: typeof undo<Draft>) => () => {
    lastField.current = null;
    setHistory(move);
  };
  return {
    draft: history.present,
    edit,
    undo: history.past.length > 0 ? step(undo) : null,
    redo: history.future.length > 0 ? step(redo) : null,
  };
}
