import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Progress, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { queryClient } from "@/api/query";
import type { Import, ImportKind, ImportPreview } from "@/api/types";
import * as format from "@/lib/format";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { ErrorPanel, Loading } from "@/ui/states";
import { claimedTwice, guessFormat, IGNORE } from "../model";
import { DropArea } from "../parts/DropArea";
import { MappingTable } from "../parts/MappingTable";
import { importsQuery, preview, startImport } from "../queries";

function suggestedColumns(found: ImportPreview): Record<string, string> {
  return Object.fromEntries(found.columns.map((column) => [column.name, column.suggested ?? IGNORE]));
}

export default function NewImportPage() {
  const { t } = useLingui();
  const go = useGo();
  const [kind, setKind] = useState<ImportKind>("customers");
  const [file, setFile] = useState<File | null>(null);
  const [columns, setColumns] = useState<Record<string, string>>({});
  const [sent, setSent] = useState(0);
  const cancel = useRef(() => {});
  const looked = useMutation({
    meta: { quiet: true },
    mutationFn: (of: { file: File; kind: ImportKind }) => preview(of.file, of.kind, guessFormat(of.file.name)),
    onSuccess: (found) => setColumns(suggestedColumns(found)),
  });
  const look = (nextFile: File, nextKind: ImportKind) => {
    setFile(nextFile);
    setKind(nextKind);
    looked.reset();
    // Parquet says what its columns are at the end of the file: only the server, with all of it, can read that.
    if (guessFormat(nextFile.name) !== "parquet") looked.mutate({ file: nextFile, kind: nextKind });
  };
  const start = useMutation({
    mutationFn: (chosen: File): Promise<Import> => {
      const mapping = looked.data ? { ...looked.data.mapping, columns } : null;
      const going = startImport({ file: chosen, kind, format: guessFormat(chosen.name), mapping }, setSent);
      cancel.current = going.cancel;
      return going.done;
    },
    onSuccess: async (job) => {
      await queryClient.invalidateQueries({ queryKey: importsQuery.queryKey });
      go(paths.import(job.id), { replace: true });
    },
  });
  const share = file && file.size > 0 ? (100 * sent) / file.size : 0;
  return (
    <Page
      title={t`Import a file`}
      description={t`Rows that cannot be read are kept apart with the reason; the rest goes in. Importing the same file twice changes nothing.`}
      back={{ to: paths.imports(), label: t`Imports` }}
    >
      <Panel>
        <Stack>
          <SegmentedControl
            aria-label={t`What is in the file`}
            value={kind}
            onChange={(next) => (file ? look(file, next as ImportKind) : setKind(next as ImportKind))}
            data={[
              { value: "customers", label: t`Customers` },
              { value: "orders", label: t`Orders` },
            ]}
            style={{ alignSelf: "flex-start" }}
            disabled={start.isPending}
          />
          <DropArea file={file} onFile={(chosen) => look(chosen, kind)} disabled={start.isPending} />
        </Stack>
      </Panel>
      {looked.isPending && <Loading rows={5} />}
      {looked.error && <ErrorPanel error={looked.error} retry={() => file && look(file, kind)} />}
      {looked.data && (
        <Panel title={t`Columns`} note={<FileFacts found={looked.data} />} flush>
          <MappingTable kind={kind} preview={looked.data} columns={columns} onChange={setColumns} />
        </Panel>
      )}
      {file && (
        <Stack gap="xs">
          {start.isPending && (
            <>
              <Progress value={share} animated aria-label={t`Upload`} />
              <Text size="sm" c="dimmed" role="status">
                {t`${format.bytes(sent)} of ${format.bytes(file.size)} sent`}
              </Text>
            </>
          )}
          <Group>
            <Button
              loading={start.isPending}
              disabled={looked.isPending || looked.isError || claimedTwice(columns).length > 0}
              onClick={() => start.mutate(file)}
            >
              <Trans>Start the import</Trans>
            </Button>
            {start.isPending && (
              <Button variant="default" onClick={() => cancel.current()}>
                <Trans>Stop the upload</Trans>
              </Button>
            )}
          </Group>
        </Stack>
      )}
    </Page>
  );
}

function FileFacts({ found }: { found: ImportPreview }) {
  const { t } = useLingui();
  const names: Record<string, string> = { ",": t`comma`, ";": t`semicolon`, "\t": t`tab`, "|": t`bar` };
  const parts = [
    found.encoding && t`Encoding ${found.encoding}`,
    found.delimiter && t`separated by ${names[found.delimiter] ?? found.delimiter}`,
    t`${format.number(found.columns.length)} columns`,
  ];
  return <>{parts.filter(Boolean).join(" · ")}</>;
}
