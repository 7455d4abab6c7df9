import { useLingui } from "@lingui/react/macro";
import { Group } from "@mantine/core";
import type { ProfileSummary } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { ChannelIcon } from "@/ui/channels";
import { type Column, DataTable } from "@/ui/DataTable";
import { Time } from "@/ui/Time";
import { type ColumnKey, useColumnLabels } from "./columns";

type Props = {
  rows: ProfileSummary[];
  shown: ColumnKey[];
  more: { has: boolean; loading: boolean; load: () => void };
};

const CELLS: Record<ColumnKey, Pick<Column<ProfileSummary>, "cell" | "numeric" | "from">> = {
  email: { from: "sm", cell: (person) => person.email ?? format.NOTHING },
  phone: { from: "sm", cell: (person) => person.phone ?? format.NOTHING },
  city: {
    from: "md",
    cell: (person) => [person.city, person.country].filter(Boolean).join(", ") || format.NOTHING,
  },
  channels: {
    from: "md",
    cell: (person) => (
      <Group gap={6} wrap="nowrap">
        {person.channels.map((channel) => (
          <ChannelIcon key={channel} channel={channel} />
        ))}
      </Group>
    ),
  },
  events: { numeric: true, from: "sm", cell: (person) => format.number(person.events) },
  orders: { numeric: true, from: "sm", cell: (person) => format.number(person.orders) },
  revenue: { numeric: true, cell: (person) => format.money(person.revenue) },
  first_seen: { from: "md", cell: (person) => <Time at={person.first_seen} style="date" /> },
  last_seen: { from: "sm", cell: (person) => <Time at={person.last_seen} /> },
};

export function PeopleTable({ rows, shown, more }: Props) {
  const { t } = useLingui();
  const labels = useColumnLabels();
  return (
    <DataTable
      label={t`People`}
      rows={rows}
      rowKey={(person) => person.id}
      rowHref={(person) => paths.person(person.id)}
      more={more}
      columns={[
        { key: "label", header: t`Person`, cell: (person) => format.person(person.label) },
        ...shown.map((key) => ({ key, header: labels[key], ...CELLS[key] })),
      ]}
    />
  );
}
