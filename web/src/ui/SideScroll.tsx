/** What is wider than its room, such as a table on a telephone: it scrolls, by keyboard too, and shows that it does. */
import { Table } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { useScrollsSideways } from "@/lib/hooks";
import classes from "./SideScroll.module.css";

type Props = { label: string; minWidth?: number; children: ReactNode };

export function SideScroll({ label, minWidth = 0, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const scrolls = useScrollsSideways(box);
  return (
    <Table.ScrollContainer
      ref={box}
      minWidth={minWidth}
      type="native"
      pos="relative"
      {...(scrolls ? { className: classes.scrolls, tabIndex: 0, role: "region", "aria-label": label } : {})}
    >
      {children}
    </Table.ScrollContainer>
  );
}
