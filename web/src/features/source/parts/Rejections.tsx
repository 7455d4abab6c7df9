/** The last items of a source that were refused: what, where in it, and why. */
import { useLingui } from "@lingui/react/macro";
import { Code, Drawer, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Rejection, Source } from "@/api/types";
import * as format from "@/lib/format";
import { CodeBlock } from "@/ui/copy";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { rejectionsQuery } from "../queries";

export function Rejections({ source }: { source: Source }) {
  const { t } = useLingui();
  const rejections = useQuery(rejectionsQuery(source.id));
  const [open, setOpen] = useState<Rejection | null>(null);
  return (
    <Panel
      title={t`Refused events`}
      note={t`${format.number(source.rejected)} in all; the last ones with the reason`}
      flush
    >
      <QueryView query={rejections}>
        {({ items }) => (
          <DataTable
            label={t`Refused events`}
            rows={items}
            rowKey={(one) => `${one.at}${one.pointer}${one.item}`}
            onRowClick={setOpen}
            columns={[
              { key: "detail", header: t`Reason`, cell: (one) => one.detail },
              { key: "pointer", header: t`Where`, from: "sm", cell: (one) => <Code>{one.pointer || "/"}</Code> },
              { key: "at", header: t`When`, cell: (one) => <Time at={one.at} /> },
            ]}
          />
        )}
      </QueryView>
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size="lg"
        title={t`Refused event`}
        closeButtonProps={{ "aria-label": t`Close` }}
      >
        {open && (
          <Stack>
            <Text>{open.detail}</Text>
            <Text size="sm" c="dimmed">
              <Code>{open.code}</Code> · {format.exactTime(open.at)}
            </Text>
            <CodeBlock label={t`The event as it came`} code={open.item} />
          </Stack>
        )}
      </Drawer>
    </Panel>
  );
}
