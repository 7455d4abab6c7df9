/** Which dialog about a person's identity is open: in the address, so that a message elsewhere can open it too. */
import { useCallback } from "react";
import { useSearchValue } from "@/lib/nav";
import { dialogText, type IdentityDialog, parseDialog } from "./model";

export type OpenDialog = (dialog: IdentityDialog | null) => void;

export function useIdentityDialog(): { dialog: IdentityDialog | null; open: OpenDialog } {
  const [text, setText] = useSearchValue("dialog");
  const open = useCallback((dialog: IdentityDialog | null) => setText(dialogText(dialog)), [setText]);
  return { dialog: parseDialog(text), open };
}
