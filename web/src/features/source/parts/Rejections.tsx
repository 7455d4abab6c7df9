/** The last items of a source that were refused: what, where in it, and why. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Code, Drawer, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Rejection, Source } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { CodeBlock } from "@/ui/copy";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { rejectionsQuery } from "../queries";
import { useRefusalWords } from "../refusal-words";

export function Rejections({ source }: { source: Source }) {
  const { t } = useLingui();
  const rejections = useQuery(rejectionsQuery(source.id, source.last_error_at));
  const words = useRefusalWords();
  const [open, setOpen] = useState<Rejection | null>(null);
  return (
    <Panel
      title={t`Refused events`}
      note={
        source.rejected > 0
          ? t`${format.number(source.rejected)} refused in all. The last ones, and those kept with a value that cannot be used:`
          : t`None was refused. These were kept with a value that cannot be used:`
      }
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
              { key: "detail", header: t`Reason`, cell: (one) => words(one) },
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
            <Text fw={550}>{words(open)}</Text>
            <Text size="sm" c="dimmed">
              <span lang="en">
                {open.pointer && <Code>{open.pointer}</Code>} {open.detail}
              </span>
              <br />
              <Code>{open.code}</Code> · {format.exactTime(open.at)}
            </Text>
            {open.code === "invalid_amount" && (
              <AppLink to={paths.refusedOrders()} size="sm">
                <Trans>Orders that could not be counted</Trans>
              </AppLink>
            )}
            <CodeBlock label={t`The event as it came`} code={open.item} />
          </Stack>
        )}
      </Drawer>
    </Panel>
  );
}
