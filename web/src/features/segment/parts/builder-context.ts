/** What every part of the builder needs: the tree's edits and the counts per rule. */
import { createContext, useContext } from "react";
import type { ConditionWarning } from "@/api/types";
import type { Node } from "../model";

export type BuilderApi = {
  replace: (node: Node) => void;
  remove: (id: string) => void;
  duplicate: (id: string) => void;
  move: (id: string, by: -1 | 1) => void;
  add: (groupId: string, node: Node) => void;
  /** People per rule or group, by node; absent while unknown. */
  counts: Map<string, number>;
  warnings: Map<string, ConditionWarning[]>;
  /** The segment being edited, which cannot contain itself. */
  self?: string;
  /** The rule just added: its first field takes the focus. */
  newest: string | null;
};

export const BuilderContext = createContext<BuilderApi | null>(null);

export function useBuilder(): BuilderApi {
  const builder = useContext(BuilderContext);
  if (!builder) throw new Error("outside of the segment builder");
  return builder;
}
