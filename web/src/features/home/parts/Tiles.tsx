/** Today beside yesterday, in four numbers. */
import { useLingui } from "@lingui/react/macro";
import { SimpleGrid } from "@mantine/core";
import type { Home } from "@/api/types";
import * as format from "@/lib/format";
import { Stat } from "@/ui/Stat";

/** Above ten times as much a percentage tells nothing. */
const LARGEST_SHARE = 10;

/** The day is not over: only what is already more than all of yesterday says something. */
function ahead(today: number, yesterday: number) {
  const change = format.change(today, yesterday);
  return change && change.share > 0 && change.share <= LARGEST_SHARE ? change : null;
}

export function Tiles({ home }: { home: Home }) {
  const { t } = useLingui();
  const { today, yesterday, totals } = home;
  const all = (text: string) => t`${text} in all`;
  const before = (text: string) => t`all of yesterday ${text}`;
  const note = (was: string, sum: string) => `${before(was)} · ${all(sum)}`;
  return (
    <SimpleGrid cols={{ base: 2, lg: 4 }} spacing={{ base: "sm", sm: "md" }}>
      <Stat
        label={t`Revenue today`}
        value={format.money(today.revenue)}
        change={ahead(today.revenue.minor, yesterday.revenue.minor)}
        note={note(format.money(yesterday.revenue), format.money(totals.revenue, "compact"))}
      />
      <Stat
        label={t`Orders today`}
        value={format.number(today.orders)}
        change={ahead(today.orders, yesterday.orders)}
        note={note(format.number(yesterday.orders), format.number(totals.orders))}
      />
      <Stat
        label={t`New people today`}
        value={format.number(today.customers)}
        change={ahead(today.customers, yesterday.customers)}
        note={note(format.number(yesterday.customers), format.number(totals.customers))}
      />
      <Stat
        label={t`Events today`}
        value={format.number(today.events)}
        change={ahead(today.events, yesterday.events)}
        note={note(format.number(yesterday.events), format.compact(totals.events))}
      />
    </SimpleGrid>
  );
}
