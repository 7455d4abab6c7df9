/** What the reader says about one group: one person, or not. */
import { useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { toastDone, toastOffer } from "@/ui/toast";
import { acceptBody, type Choice } from "./model";
import { accept, refresh, reject } from "./queries";
import type { Group } from "./types";

export function useDecide(group: Group, choice: Choice, onLeave: () => void) {
  const { t } = useLingui();
  const go = useGo();
  return {
    merge: useMutation({
      mutationFn: () => accept([acceptBody(group, choice)]),
      onSuccess: async ({ skipped, visible }) => {
        onLeave();
        if (skipped.length > 0) toastDone(t`This suggestion was not up to date any more: nothing was merged`);
        else {
          toastOffer({
            message: t`They are one customer now. It can be undone on the Identity tab.`,
            label: t`Show`,
            act: () => go(paths.personIdentity(choice.survivor)),
          });
        }
        await refresh(visible);
      },
    }),
    reject: useMutation({
      mutationFn: () => reject([group]),
      onSuccess: async ({ rejected }) => {
        onLeave();
        if (rejected > 0) toastDone(t`Noted: these are not suggested again`);
        else toastDone(t`This suggestion was not up to date any more: nothing was noted`);
        await refresh();
      },
    }),
  };
}
