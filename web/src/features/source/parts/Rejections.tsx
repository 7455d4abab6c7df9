/** The last items of a source that were refused: what, where in it, why, and trying them again after a fix. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Code, Drawer } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Rejection, Source } from "@/api/types";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { rejectionsQuery } from "../queries";
import { useRefusalWords } from "../refusal-words";
import { RefusedItem } from "./RefusedItem";
import { useRetry } from "./useRetry";

export function Rejections({ source }: { source: Source }) {
  const { t } = useLingui();
  const rejections = useQuery(rejectionsQuery(source.id, source.last_error_at));
  const words = useRefusalWords();
  const mayWrite = useCan("source.write");
  const [open, setOpen] = useState<Rejection | null>(null);
  const [asking, setAsking] = useState(false);
  const all = useRetry(source, () => setAsking(false));
  const replayable = rejections.data?.items.filter((item) => item.replayable).length ?? 0;
  return (
    <Panel
      title={t`Refused events`}
      note={
        source.rejected > 0
          ? t`${format.number(source.rejected)} refused in all. The last ones, and those kept with a value that cannot be used:`
          : t`None was refused. These were kept with a value that cannot be used:`
      }
      actions={
        mayWrite &&
        replayable > 0 && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            <Trans>Try all again</Trans>
          </Button>
        )
      }
      flush
    >
      <QueryView query={rejections}>
        {({ items }) => (
          <DataTable
            label={t`Refused events`}
            rows={items}
            rowKey={(one) => one.id ?? `${one.at}${one.pointer}${one.item}`}
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
        {open && <RefusedItem source={source} item={open} onDone={() => setOpen(null)} />}
      </Drawer>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Try all refused events again?`}
        confirmLabel={t`Try again`}
        danger={false}
        loading={all.isPending}
        onConfirm={() => all.mutate({})}
      >
        <Trans>
          What is good now is counted at the time it happened. What is still wrong stays on this list. Nothing counts
          twice.
        </Trans>
      </ConfirmDialog>
    </Panel>
  );
}
