/** Which bots a source heard of: their events are kept apart and counted nowhere else. */
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { Source } from "@/api/types";
import * as format from "@/lib/format";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { botsQuery } from "../queries";

export function Bots({ source }: { source: Source }) {
  const { t } = useLingui();
  const bots = useQuery(botsQuery(source.id, source.bots));
  return (
    <Panel
      title={t`Bots`}
      note={t`${format.number(source.bots)} events of crawlers, monitors and other programs that say what they are. They are kept apart: no customer has them and no number counts them.`}
      flush
    >
      <QueryView query={bots}>
        {({ items }) => (
          <DataTable
            label={t`Bots`}
            rows={items}
            rowKey={(bot) => bot.agent}
            columns={[
              { key: "agent", header: t`What it says it is`, cell: (bot) => bot.agent || t`others` },
              { key: "events", header: t`Events`, numeric: true, cell: (bot) => format.number(bot.events) },
              { key: "last", header: t`Last`, from: "sm", cell: (bot) => <Time at={bot.last_at} /> },
            ]}
          />
        )}
      </QueryView>
    </Panel>
  );
}
