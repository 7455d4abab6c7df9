/** Leaving a page with unsaved work. */
import { useLingui } from "@lingui/react/macro";
import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";

/** Asks before unsaved work is left. Saving goes through the answer: a save that leads to another page is no leaving. */
export function useLeaveGuard(changed: boolean, name: string) {
  const { t } = useLingui();
  const saving = useRef(false);
  const blocks = () => changed && !saving.current;
  useBlocker({
    shouldBlockFn: () => blocks() && !window.confirm(t`Leave without saving “${name}”?`),
    enableBeforeUnload: blocks,
  });
  return async (save: () => Promise<void>) => {
    saving.current = true;
    await save();
    saving.current = false;
  };
}
