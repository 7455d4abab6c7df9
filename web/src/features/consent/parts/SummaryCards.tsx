/** How many people may be reached, in a few numbers. */
import { useLingui } from "@lingui/react/macro";
import { SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { Stat } from "@/ui/Stat";
import { countsOf } from "../model";
import { summaryQuery } from "../queries";

export function SummaryCards() {
  const { t } = useLingui();
  const summary = useQuery(summaryQuery).data;
  if (!summary) return null;
  const email = countsOf(summary, "email");
  const of = (count: number) => t`${format.ratio(count, summary.people)} of ${format.number(summary.people)} people`;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Stat label={t`Subscribed to e-mail`} value={format.number(email.subscribed)} note={of(email.subscribed)} />
      <Stat label={t`Not confirmed yet`} value={format.number(email.pending)} note={of(email.pending)} />
      <Stat
        label={t`Unsubscribed from e-mail`}
        value={format.number(email.unsubscribed)}
        note={of(email.unsubscribed)}
      />
      <Stat label={t`Never asked`} value={format.number(email.never)} note={of(email.never)} />
    </SimpleGrid>
  );
}
