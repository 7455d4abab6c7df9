/** The words in and about a box of the identity graph. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import * as format from "@/lib/format";
import type { GraphNode, Leaf } from "./layout";
import { useIdentifierNames, useMergeWords, useOrigin } from "./words";

/** Two short lines in the box, and everything in one sentence for beside the drawing and for who hears it. */
export type NodeWords = { small: string; main: string; whole: string };

export function useNodeWords(person: string): (node: GraphNode) => NodeWords {
  const { t } = useLingui();
  const name = useIdentifierNames();
  const why = useMergeWords();
  const origin = useOrigin();
  const ofLeaf = ({ kind, value, count, disputed, identifier }: Leaf): NodeWords => {
    const kindName = name(kind);
    const small = disputed ? t`${kindName} · in dispute` : kindName;
    if (value === null) {
      const main = plural(count, { one: "# identifier", other: "# identifiers" });
      return { small, main, whole: `${small}: ${main}` };
    }
    const whole = `${small}: ${value}`;
    if (!identifier) return { small, main: value, whole: t`${whole} · not attached to this customer` };
    const [first, last] = [format.date(identifier.first_seen), format.date(identifier.last_seen)];
    const source = origin(identifier);
    return { small, main: value, whole: t`${whole} · first seen ${first}, last seen ${last} · source: ${source}` };
  };
  return (node) => {
    switch (node.type) {
      case "person":
        return { small: t`This customer`, main: person, whole: t`This customer: ${person}` };
      case "profile": {
        const small = t`Merged on ${format.date(node.merge.at)}`;
        const main = why(node.merge.reason);
        const came = plural(node.merge.identifiers, {
          one: "# identifier came with it",
          other: "# identifiers came with it",
        });
        return { small, main, whole: `${small} · ${main} · ${came}` };
      }
      case "leaf":
        return ofLeaf(node.leaf);
    }
  };
}
