/** A table of records: the first column links to the record, columns give way on narrow screens, more on demand. */

import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Center, Table, VisuallyHidden } from "@mantine/core";
import { memo, type ReactNode, useRef } from "react";
import { useShortcut } from "@/lib/shortcuts";
import classes from "./DataTable.module.css";
import { PlainLink } from "./links";
import { SideScroll } from "./SideScroll";

export type Column<T> = {
  key: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  /** Numbers stand right, with even digits. */
  numeric?: boolean;
  /** Hidden on screens narrower than this. */
  from?: "sm" | "md" | "lg";
  width?: number | string;
};

type Props<T> = {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** Makes the first cell a link to the record. */
  rowHref?: (row: T) => string;
  onRowClick?: (row: T) => void;
  more?: { has: boolean; loading: boolean; load: () => void };
};

export function DataTable<T>({ label, columns, rows, rowKey, rowHref, onRowClick, more }: Props<T>) {
  const { t } = useLingui();
  const body = useRef<HTMLTableSectionElement>(null);
  const step = (by: number) => {
    const targets = [...(body.current?.querySelectorAll<HTMLElement>("[data-row-focus]") ?? [])];
    const at = targets.indexOf(document.activeElement as HTMLElement);
    targets[Math.min(Math.max(at + by, 0), targets.length - 1)]?.focus();
  };
  useShortcut("j", t`Next row`, () => step(1), "list");
  useShortcut("k", t`Previous row`, () => step(-1), "list");

  return (
    <Box>
      <SideScroll label={label}>
        <Table
          highlightOnHover={Boolean(rowHref || onRowClick)}
          verticalSpacing="xs"
          horizontalSpacing="md"
          className={classes.table}
        >
          <caption className={classes.caption}>
            <VisuallyHidden>{label}</VisuallyHidden>
          </caption>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th
                  key={column.key}
                  scope="col"
                  visibleFrom={column.from}
                  className={column.numeric ? classes.numeric : undefined}
                  w={column.width}
                >
                  {column.header === "" ? <VisuallyHidden>{t`Actions`}</VisuallyHidden> : column.header}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody ref={body}>
            {rows.map((row) => (
              <Row key={rowKey(row)} row={row} columns={columns} href={rowHref?.(row)} onRowClick={onRowClick} />
            ))}
          </Table.Tbody>
        </Table>
      </SideScroll>
      {more?.has && (
        <Center p="sm">
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            <Trans>Load more</Trans>
          </Button>
        </Center>
      )}
    </Box>
  );
}

type RowProps<T> = { row: T; columns: Column<T>[]; href?: string; onRowClick?: (row: T) => void };

/** Drawn anew only when something of its own changed: a list that grows by the second keeps `columns` and `onRowClick` the same. */
const Row = memo(function Row<T>({ row, columns, href, onRowClick }: RowProps<T>) {
  return (
    <Table.Tr className={href || onRowClick ? classes.clickable : undefined}>
      {columns.map((column, index) => (
        <Table.Td key={column.key} visibleFrom={column.from} className={column.numeric ? classes.numeric : undefined}>
          {index === 0 ? <First row={row} column={column} href={href} onRowClick={onRowClick} /> : column.cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}) as <T>(props: RowProps<T>) => ReactNode;

function First<T>({ row, column, href, onRowClick }: Omit<RowProps<T>, "columns"> & { column: Column<T> }) {
  const content = column.cell(row);
  if (href) {
    return (
      <PlainLink to={href} className={classes.rowLink} data-row-focus>
        {content}
      </PlainLink>
    );
  }
  if (!onRowClick) return content;
  return (
    <button type="button" className={classes.rowButton} data-row-focus onClick={() => onRowClick(row)}>
      {content}
    </button>
  );
}
