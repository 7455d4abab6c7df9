import { useLingui } from "@lingui/react/macro";
import { Code, Drawer, Stack, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AuditEntry } from "@/api/types";
import * as format from "@/lib/format";
import { JsonView } from "@/ui/copy";
import { DataTable } from "@/ui/DataTable";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { useAuditWords } from "../audit-words";
import { auditQuery } from "../queries";

export default function AuditPage() {
  const { t } = useLingui();
  const audit = useInfiniteQuery(auditQuery);
  const rows = audit.data?.pages.flatMap((page) => page.items);
  const words = useAuditWords();
  const [open, setOpen] = useState<AuditEntry | null>(null);
  return (
    <Page
      title={t`Audit log`}
      description={t`Who changed what, when, and what it was before. Nobody can change this list.`}
    >
      <Panel flush>
        <QueryView query={{ ...audit, data: rows }}>
          {(entries) =>
            entries.length === 0 ? (
              <EmptyState icon={<IconHistory />} title={t`Nothing has been changed yet`} />
            ) : (
              <DataTable
                label={t`Audit log`}
                rows={entries}
                rowKey={(entry) => entry.id}
                onRowClick={setOpen}
                more={{
                  has: audit.hasNextPage,
                  loading: audit.isFetchingNextPage,
                  load: () => void audit.fetchNextPage(),
                }}
                columns={[
                  {
                    key: "what",
                    header: t`What`,
                    cell: (entry) => {
                      const { what, name } = words(entry);
                      return (
                        <>
                          <Text>{what}</Text>
                          <Text size="sm" c="dimmed" hiddenFrom="sm" style={{ overflowWrap: "anywhere" }}>
                            {entry.actor}
                          </Text>
                          {name && (
                            <Text size="sm" c="dimmed" lineClamp={1}>
                              {name}
                            </Text>
                          )}
                        </>
                      );
                    },
                  },
                  { key: "who", header: t`Who`, from: "sm", cell: (entry) => entry.actor },
                  { key: "action", header: t`Action`, from: "md", cell: (entry) => <Code>{entry.action}</Code> },
                  { key: "ip", header: t`From`, from: "md", cell: (entry) => entry.ip ?? format.NOTHING },
                  { key: "at", header: t`When`, cell: (entry) => <Time at={entry.at} style="dateTime" /> },
                ]}
              />
            )
          }
        </QueryView>
      </Panel>
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size="lg"
        title={open?.summary || open?.action}
        closeButtonProps={{ "aria-label": t`Close` }}
      >
        {open && (
          <Stack>
            <Text size="sm" c="dimmed">
              {[open.actor, format.exactTime(open.at), open.object].filter(Boolean).join(" · ")}
            </Text>
            {open.before && (
              <div>
                <Text fw={600}>{t`Before`}</Text>
                <JsonView value={open.before} label={t`Before`} />
              </div>
            )}
            {open.after && (
              <div>
                <Text fw={600}>{t`After`}</Text>
                <JsonView value={open.after} label={t`After`} />
              </div>
            )}
          </Stack>
        )}
      </Drawer>
    </Page>
  );
}
