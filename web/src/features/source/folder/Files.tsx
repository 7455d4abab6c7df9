/** The files that were taken from a folder, and what became of each. */
import { useLingui } from "@lingui/react/macro";
import { Badge, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { filesQuery } from "../connect/queries";
import { useTroubleWords } from "../connect/troubles";
import type { Connection, TakenFile } from "../connect/types";
import { useFileStates } from "../connect/words";

export function Files({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const states = useFileStates();
  const files = useInfiniteQuery(filesQuery(connection.id));
  const rows = files.data?.pages.flatMap((page) => page.items);
  return (
    <Panel title={t`Files`} flush>
      <QueryView query={{ ...files, data: rows }}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState
              title={t`No file was taken yet`}
              text={t`Put a file in the folder whose name fits: it is imported with the next run.`}
            />
          ) : (
            <DataTable
              label={t`Files`}
              rows={list}
              rowKey={(file) => `${file.name}${file.taken_at}`}
              more={{
                has: files.hasNextPage,
                loading: files.isFetchingNextPage,
                load: () => void files.fetchNextPage(),
              }}
              columns={[
                { key: "name", header: t`File`, cell: (file) => <Name file={file} /> },
                {
                  key: "state",
                  header: t`State`,
                  cell: (file) => (
                    <Badge variant="light" color={states[file.state].color} miw="max-content">
                      {states[file.state].label}
                    </Badge>
                  ),
                },
                { key: "size", header: t`Size`, numeric: true, from: "sm", cell: (file) => format.bytes(file.bytes) },
                { key: "at", header: t`Taken`, from: "sm", cell: (file) => <Time at={file.taken_at} /> },
              ]}
            />
          )
        }
      </QueryView>
    </Panel>
  );
}

function Name({ file }: { file: TakenFile }) {
  const trouble = useTroubleWords()(file.code);
  return (
    <span style={{ overflowWrap: "anywhere" }}>
      {file.import_id ? <AppLink to={paths.import(file.import_id)}>{file.name}</AppLink> : file.name}
      {trouble && <Text size="sm">{trouble.what}</Text>}
      {file.detail && (
        <Text size="sm" c="dimmed" lang="en">
          {file.detail}
        </Text>
      )}
    </span>
  );
}
