/**
 * The person in the middle, merged customers around, identifiers where they were first known. Arrow keys go from box to
 * box; what a box stands for is said below the drawing. The lists on the same screen say it all without a drawing.
 */
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Stack, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, useRef, useState } from "react";
import classes from "./IdentityGraph.module.css";
import { type GraphNode, layout } from "./layout";
import type { Identity } from "./types";
import { type NodeWords, useNodeWords } from "./useNodeWords";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

export function IdentityGraph({ identity, label }: { identity: Identity; label: string }) {
  const { ref, width } = useElementSize();
  return (
    <Stack gap="xs">
      <Box ref={ref}>{width > 0 && <Drawing identity={identity} label={label} room={width} />}</Box>
      {identity.conflicts.length > 0 && (
        <Text size="sm" c="dimmed">
          <Trans>Dashed: in dispute; the list below says why.</Trans>
        </Text>
      )}
    </Stack>
  );
}

function Drawing({ identity, label, room }: { identity: Identity; label: string; room: number }) {
  const { t } = useLingui();
  const words = useNodeWords(label);
  const boxes = useRef(new Map<string, SVGGElement>());
  const [chosen, setChosen] = useState(identity.profile);
  const { width, height, nodes, edges } = layout(identity, room);
  const current = nodes.find((node) => node.key === chosen) ?? nodes[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const at = nodes.findIndex((node) => node.key === current?.key);
    const ends: Record<string, number> = { Home: 0, End: nodes.length - 1 };
    const to = ends[event.key] ?? (STEPS[event.key] ? at + Number(STEPS[event.key]) : undefined);
    const next = to === undefined ? undefined : nodes[Math.min(Math.max(to, 0), nodes.length - 1)];
    if (!next) return;
    event.preventDefault();
    setChosen(next.key);
    boxes.current.get(next.key)?.focus();
  };
  return (
    <Stack gap="xs">
      <div
        role="listbox"
        tabIndex={-1}
        aria-label={t`What ${label} is made of, as a drawing; the lists below say the same`}
        onKeyDown={onKeyDown}
      >
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          className={classes.svg}
          style={{ display: "block", marginInline: "auto", maxWidth: "100%" }}
          role="presentation"
        >
          <g>
            {edges.map((edge) => (
              <path
                key={edge.key}
                d={edge.path}
                className={edge.dashed ? `${classes.edge} ${classes.dashed}` : classes.edge}
              />
            ))}
          </g>
          {nodes.map((node) => (
            <NodeBox
              key={node.key}
              node={node}
              words={words(node)}
              selected={node === current}
              onSelect={() => setChosen(node.key)}
              keep={(element) => {
                if (element) boxes.current.set(node.key, element);
                else boxes.current.delete(node.key);
              }}
            />
          ))}
        </svg>
      </div>
      {/* Of the customer itself the title of the page says enough. */}
      {current && current.key !== identity.profile && (
        <Text size="sm" ta="center" style={{ overflowWrap: "anywhere" }}>
          {words(current).whole}
        </Text>
      )}
    </Stack>
  );
}

type BoxProps = {
  node: GraphNode;
  words: NodeWords;
  selected: boolean;
  onSelect: () => void;
  keep: (element: SVGGElement | null) => void;
};

function NodeBox({ node, words, selected, onSelect, keep }: BoxProps) {
  const disputed = node.type === "leaf" && node.leaf.disputed;
  return (
    <g
      ref={keep}
      role="option"
      aria-selected={selected}
      aria-label={words.whole}
      tabIndex={selected ? 0 : -1}
      className={[classes.node, classes[node.type], disputed && classes.disputed].filter(Boolean).join(" ")}
      onClick={onSelect}
      onFocus={onSelect}
    >
      <rect
        className={classes.shape}
        x={node.x}
        y={node.y}
        width={node.width}
        height={node.height}
        rx={node.type === "profile" ? node.height / 2 : 6}
      />
      <foreignObject x={node.x} y={node.y} width={node.width} height={node.height} className={classes.words}>
        <span className={classes.small}>{words.small}</span> <span className={classes.main}>{words.main}</span>
      </foreignObject>
    </g>
  );
}
