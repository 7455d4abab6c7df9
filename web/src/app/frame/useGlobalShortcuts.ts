/** Shortcuts that work on every page: "g" and a letter to go somewhere, "?" for the list. */
import { useLingui } from "@lingui/react";
import { useLingui as useLinguiMacro } from "@lingui/react/macro";
import { useEffect } from "react";
import { useGo } from "@/lib/nav";
import { useMe } from "@/lib/session";
import { registerShortcut, useShortcut } from "@/lib/shortcuts";
import { allowed, NAVIGATION } from "../navigation";

export function useGlobalShortcuts(openSheet: () => void): void {
  const { t } = useLinguiMacro();
  const { _ } = useLingui();
  const go = useGo();
  const { permissions } = useMe();
  useShortcut("?", t`Show this list`, openSheet, "everywhere");
  useEffect(() => {
    const places = allowed(NAVIGATION, permissions).flatMap((group) => group.places);
    const undo = places.flatMap((place) =>
      place.key
        ? [registerShortcut({ keys: `g ${place.key}`, label: _(place.label), group: "go", run: () => go(place.to) })]
        : [],
    );
    return () => {
      for (const remove of undo) remove();
    };
  }, [permissions, go, _]);
}
