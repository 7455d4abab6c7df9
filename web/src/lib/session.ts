/** Who is signed in, in which workspace, and what that person may do. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "@/api/query";
import type { Me } from "@/api/types";

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** Whether the signed-in person holds a permission such as "segment.write". */
export function useCan(permission: string | undefined): boolean {
  const me = useMe();
  return permission === undefined || me.permissions.includes(permission);
}
