/** A payload as it came, every value to be clicked: for the field that waits for one, or with a choice of what it is. */
import { useLingui } from "@lingui/react/macro";
import { Menu, Text, UnstyledButton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import * as format from "@/lib/format";
import { detailName, type Segment } from "./jsonpath";
import { fieldsOf, listOf } from "./model";
import type { Mapping, Use } from "./useMapping";
import classes from "./webhook.module.css";
import { useFieldLabels } from "./words";

const ITEMS_SHOWN = 3;

type Props = { payload: unknown; mapping: Mapping };

export function PayloadTree({ payload, mapping }: Props) {
  const { t } = useLingui();
  const tree = useRef<HTMLElement>(null);
  const waits = mapping.picking !== null;
  // On a narrow screen the payload stands far below the field that waits for a click.
  useEffect(() => {
    if (waits) tree.current?.scrollIntoView({ block: "nearest" });
  }, [waits]);
  return (
    <section ref={tree} className={classes.tree} aria-label={t`The payload`}>
      <Node value={payload} segments={[]} mapping={mapping} />
    </section>
  );
}

type NodeProps = { value: unknown; segments: Segment[]; mapping: Mapping };

function Node({ value, segments, mapping }: NodeProps) {
  if (Array.isArray(value)) return <ListNode items={value} segments={segments} mapping={mapping} />;
  if (value === null || typeof value !== "object") return <Leaf value={value} segments={segments} mapping={mapping} />;
  return (
    <ul className={classes.branch}>
      {Object.entries(value).map(([name, inner]) => (
        <li key={name}>
          <span className={classes.key}>{name}</span>
          <Node value={inner} segments={[...segments, name]} mapping={mapping} />
        </li>
      ))}
    </ul>
  );
}

type ListProps = Omit<NodeProps, "value"> & { items: unknown[] };

function ListNode({ items, segments, mapping }: ListProps) {
  const { t } = useLingui();
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, ITEMS_SHOWN);
  const more = format.number(items.length - shown.length);
  const rule = mapping.rules[mapping.current];
  return (
    <>
      {items.length > 0 && rule && (
        <UnstyledButton className={classes.each} onClick={() => mapping.use(segments, items, { as: "each" })}>
          {t`one event for each of these (${items.length})`}
        </UnstyledButton>
      )}
      <ul className={classes.branch}>
        {shown.map((item, index) => (
          <li key={index}>
            <span className={classes.key}>{index + 1}.</span>
            <Node value={item} segments={[...segments, index]} mapping={mapping} />
          </li>
        ))}
      </ul>
      {shown.length < items.length && (
        <UnstyledButton className={classes.each} onClick={() => setAll(true)}>{t`show ${more} more`}</UnstyledButton>
      )}
    </>
  );
}

function Leaf({ value, segments, mapping }: NodeProps) {
  const { t } = useLingui();
  const labels = useFieldLabels();
  const rule = mapping.rules[mapping.current];
  const text = value === "" ? t`(empty)` : format.value(value);
  const name = segments.join(".");
  const button = (
    <UnstyledButton
      className={classes.leaf}
      data-picking={mapping.picking !== null || undefined}
      aria-label={t`Use ${name}: ${text}`}
      onClick={mapping.picking ? () => mapping.take(segments) : undefined}
    >
      {text}
    </UnstyledButton>
  );
  if (!rule) return <span className={classes.plain}>{text}</span>;
  if (mapping.picking) return button;
  const use = (how: Use) => () => mapping.use(segments, value, how);
  const detail = detailName(segments);
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t`This is …`}</Menu.Label>
        {fieldsOf(rule.type).map((field) => (
          <Menu.Item key={field} onClick={use({ as: "field", field })}>
            {labels[field].label}
          </Menu.Item>
        ))}
        {listOf(rule.type) && (
          <Menu.Item onClick={use({ as: "detail" })}>
            {listOf(rule.type) === "traits" ? t`Attribute “${detail}”` : t`Detail “${detail}”`}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={use({ as: "condition" })}>
          <Text size="sm">{t`Only when it is “${text}”`}</Text>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
