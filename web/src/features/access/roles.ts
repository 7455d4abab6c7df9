/** What each role may do, as sentences. */
import { useLingui } from "@lingui/react/macro";
import type { Role } from "@/api/types";

export function useRoles(): { value: Role; label: string; about: string }[] {
  const { t } = useLingui();
  return [
    { value: "owner", label: t`Owner`, about: t`May do everything, also change the team, keys and sender.` },
    { value: "marketer", label: t`Marketer`, about: t`Works with people, segments, messages and campaigns.` },
    { value: "analyst", label: t`Analyst`, about: t`Reads everything and builds segments; sends nothing.` },
    { value: "viewer", label: t`Viewer`, about: t`Reads results; sees no personal data.` },
  ];
}
