/** Which customers were merged into this one, when and why; each can be taken apart again. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Code, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { ActionButton } from "./ActionButton";
import type { Identity } from "./types";
import type { OpenDialog } from "./useIdentityDialog";
import { useMergeWords } from "./words";

export function MergesPanel({ identity, open }: { identity: Identity; open: OpenDialog }) {
  const { t } = useLingui();
  const why = useMergeWords();
  const newestFirst = [...identity.merges].sort((a, b) => b.at.localeCompare(a.at));
  return (
    <Panel
      title={t`Merges`}
      note={t`These customers turned out to be the same person. Their old addresses still lead here.`}
      flush
    >
      <DataTable
        label={t`Merges`}
        rows={newestFirst}
        rowKey={(merge) => merge.from}
        columns={[
          {
            key: "why",
            header: t`When and why`,
            cell: (merge) => (
              <>
                {why(merge.reason)}
                <Text size="sm" c="dimmed" component="div">
                  <Time at={merge.at} style="dateTime" />
                </Text>
              </>
            ),
          },
          {
            key: "from",
            header: t`Merged customer`,
            from: "md",
            cell: (merge) => <Code style={{ overflowWrap: "anywhere" }}>{merge.from}</Code>,
          },
          {
            key: "identifiers",
            header: t`Identifiers`,
            numeric: true,
            from: "sm",
            cell: (merge) => format.number(merge.identifiers),
          },
          {
            key: "undo",
            header: "",
            numeric: true,
            cell: (merge) => (
              <ActionButton
                aria-label={t`Undo… merge of ${format.dateTime(merge.at)}`}
                onClick={() => open({ kind: "undo", from: merge.from })}
              >
                <Trans>Undo…</Trans>
              </ActionButton>
            ),
          },
        ]}
      />
    </Panel>
  );
}
