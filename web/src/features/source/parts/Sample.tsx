/** The last events of a source, as they came: the quickest way to see whether it sends what it should. */
import { useLingui } from "@lingui/react/macro";
import { Drawer, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LiveEvent, Source } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { JsonView } from "@/ui/copy";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { recentQuery } from "../queries";

export function Sample({ source }: { source: Source }) {
  const { t } = useLingui();
  const [open, setOpen] = useState<LiveEvent | null>(null);
  const recent = useQuery({ ...recentQuery(source.id), enabled: useCan("event.read") && source.events > 0 });
  if (!recent.data || recent.data.length === 0) return null;
  return (
    <Panel title={t`Last events`} note={t`As they came in. Select one to see it whole.`} flush>
      <DataTable
        label={t`Last events`}
        rows={recent.data}
        rowKey={(event) => event.id}
        onRowClick={setOpen}
        columns={[
          { key: "name", header: t`Event`, cell: (event) => event.name || event.kind },
          {
            key: "who",
            header: t`Person`,
            from: "sm",
            cell: ({ profile }) =>
              profile.label ? (
                <AppLink to={paths.person(profile.id)}>{format.person(profile.label)}</AppLink>
              ) : (
                format.NOTHING
              ),
          },
          { key: "at", header: t`When`, cell: (event) => <Time at={event.at} /> },
        ]}
      />
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size="lg"
        title={open?.name || t`Event`}
        closeButtonProps={{ "aria-label": t`Close` }}
      >
        {open && (
          <Stack>
            <Text size="sm" c="dimmed">
              {format.exactTime(open.at)}
            </Text>
            <JsonView
              value={{ properties: open.properties, traits: open.traits, context: open.context }}
              label={t`The event as JSON`}
            />
          </Stack>
        )}
      </Drawer>
    </Panel>
  );
}
