/** The items of a feed that could not be used: which, what in it, and why. */
import { useLingui } from "@lingui/react/macro";
import { Code, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { FeedRun } from "@/api/products";
import * as format from "@/lib/format";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { refusedQuery } from "../queries";
import { type RefusalDetail, useRefusalDetail, useRefusalWords } from "../words";

/** How many the server keeps of one run. */
const KEPT_MAX = 1000;

export function RefusedItems({ run }: { run: FeedRun }) {
  const { t } = useLingui();
  const words = useRefusalWords();
  const detail = useRefusalDetail();
  const refused = useInfiniteQuery(refusedQuery(run.id, run.refused));
  const rows = refused.data?.pages.flatMap((page) => page.items);
  return (
    <Panel
      title={t`Refused items`}
      note={
        run.refused > KEPT_MAX
          ? t`The first ${format.number(KEPT_MAX)} of ${format.number(run.refused)}.`
          : t`Put them right where the feed is made; everything else is in.`
      }
      flush
    >
      <QueryView query={{ ...refused, data: rows }}>
        {(list) => (
          <DataTable
            label={t`Refused items`}
            rows={list}
            rowKey={(one) => `${one.item}${one.attribute}${one.code}`}
            more={{
              has: refused.hasNextPage,
              loading: refused.isFetchingNextPage,
              load: () => void refused.fetchNextPage(),
            }}
            columns={[
              { key: "item", header: t`Item`, numeric: true, width: 80, cell: (one) => format.number(one.item) },
              { key: "line", header: t`Line`, numeric: true, from: "md", cell: (one) => format.number(one.line) },
              { key: "id", header: t`ID`, from: "sm", cell: (one) => one.product_id ?? format.NOTHING },
              {
                key: "attribute",
                header: t`Field`,
                from: "sm",
                cell: (one) => (one.attribute ? <Code>{one.attribute}</Code> : format.NOTHING),
              },
              {
                key: "why",
                header: t`Reason`,
                cell: (one) => (
                  <>
                    {words(one)}
                    <Text size="sm" c="dimmed" hiddenFrom="sm" style={{ overflowWrap: "anywhere" }}>
                      {[one.product_id, one.attribute].filter(Boolean).join(" · ")}
                    </Text>
                    <Detail of={detail(one)} />
                  </>
                ),
              },
            ]}
          />
        )}
      </QueryView>
    </Panel>
  );
}

function Detail({ of: { value, hint, english } }: { of: RefusalDetail }) {
  if (!value && !hint && !english) return null;
  return (
    <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
      {value && <Code>{value}</Code>} {hint} {english && <span lang="en">{english}</span>}
    </Text>
  );
}
