/** The tree being edited with its history, and the live count of what is finished. */

import { useLingui } from "@lingui/react";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Condition, ConditionWarning } from "@/api/types";
import { pushHistory, redo, startHistory, undo } from "@/lib/history";
import { addTo, compile, duplicateNode, fromCondition, type Group, moveNode, removeNode, replaceNode } from "./model";
import type { BuilderApi } from "./parts/builder-context";
import { countQuery } from "./queries";

const REST_MS = 200;

export function useBuilderState(initial: Condition, self?: string) {
  const { i18n } = useLingui();
  const [history, setHistory] = useState(() => startHistory(fromCondition(initial)));
  const [newest, setNewest] = useState<string | null>(null);
  const root = history.present;
  const compiled = useMemo(() => compile(root), [root]);
  const text = JSON.stringify(compiled.condition);
  const [settled] = useDebouncedValue(text, REST_MS);
  const count = useQuery({
    ...countQuery(JSON.parse(settled) as Condition, i18n.locale),
    placeholderData: keepPreviousData,
  });
  const current = settled === text;

  const { counts, warnings } = useMemo(() => {
    const counts = new Map<string, number>();
    const warnings = new Map<string, ConditionWarning[]>();
    if (current && count.data && !count.isPlaceholderData) {
      for (const part of count.data.breakdown) {
        const id = compiled.nodes.get(part.pointer);
        if (id && !counts.has(id)) counts.set(id, part.count);
      }
      for (const warning of count.data.warnings) {
        const id = nearest(compiled.nodes, warning.pointer);
        if (id) warnings.set(id, [...(warnings.get(id) ?? []), warning]);
      }
    }
    return { counts, warnings };
  }, [current, count.data, count.isPlaceholderData, compiled]);

  const edit = (change: (root: Group) => Group) => setHistory((before) => pushHistory(before, change(before.present)));
  const builder: BuilderApi = {
    replace: (node) => edit((tree) => replaceNode(tree, node)),
    remove: (id) => edit((tree) => removeNode(tree, id)),
    duplicate: (id) => edit((tree) => duplicateNode(tree, id)),
    move: (id, by) => edit((tree) => moveNode(tree, id, by)),
    add: (groupId, node) => {
      edit((tree) => addTo(tree, groupId, node));
      setNewest(node.id);
    },
    counts,
    warnings,
    self,
    newest,
  };
  return {
    root,
    builder,
    compiled,
    count,
    counting: !current || count.isFetching,
    undo: history.past.length > 0 ? () => setHistory(undo) : null,
    redo: history.future.length > 0 ? () => setHistory(redo) : null,
  };
}

/** The rule a pointer leads into: the longest known beginning of it. */
function nearest(nodes: Map<string, string>, pointer: string): string | undefined {
  const steps = pointer.split("/");
  for (let length = steps.length; length > 0; length -= 1) {
    const id = nodes.get(steps.slice(0, length).join("/"));
    if (id) return id;
  }
  return undefined;
}
