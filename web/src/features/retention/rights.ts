import { useCan } from "@/lib/session";

/** What a rule takes is gone for ever: changing rules needs what erasing a person needs. */
export function useMayChangeRules(): boolean {
  const settings = useCan("workspace.write");
  const erasing = useCan("profile.erase");
  return settings && erasing;
}
