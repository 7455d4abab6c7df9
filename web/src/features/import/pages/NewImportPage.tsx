import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { queryClient } from "@/api/query";
import type { Import, ImportKind, ImportPreview } from "@/api/types";
import { claimedTwice, FIELDS, suggestedColumns } from "@/lib/columns";
import * as format from "@/lib/format";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { DropArea } from "@/ui/DropArea";
import { MappingTable } from "@/ui/MappingTable";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { ErrorPanel, Loading } from "@/ui/states";
import { eventNameMissing, guessFormat, previewBytes } from "../model";
import { ChooseKind } from "../parts/ChooseKind";
import { FileDetails } from "../parts/FileDetails";
import { importsQuery, type Look, preview, startImport } from "../queries";

const ACCEPTED = ".csv,.tsv,.txt,.jsonl,.ndjson,.parquet,.xlsx,text/csv";

const isKind = (text: string): text is ImportKind => text in FIELDS;

export default function NewImportPage() {
  const { t } = useLingui();
  const go = useGo();
  const [asked, setAsked] = useSearchValue("kind", "customers");
  const kind: ImportKind = isKind(asked) ? asked : "customers";
  const [file, setFile] = useState<File | null>(null);
  const [columns, setColumns] = useState<Record<string, string>>({});
  const [eventName, setEventName] = useState("");
  const [sent, setSent] = useState(0);
  const cancel = useRef(() => {});
  const looked = useMutation({
    meta: { quiet: true },
    mutationFn: ({ bytes, ...of }: Look & { bytes: number }) => preview(of, bytes),
    onSuccess: (found) => setColumns(suggestedColumns(found.columns)),
  });
  const look = (nextFile: File, nextKind: ImportKind, sheet: string | null = null) => {
    setFile(nextFile);
    setAsked(nextKind);
    if (sheet === null) looked.reset();
    const ofFormat = guessFormat(nextFile.name);
    // Where only the server, with all of the file, can say what is in it, the mapping is left to it.
    const bytes = previewBytes(ofFormat, nextFile.size);
    if (bytes !== null) looked.mutate({ file: nextFile, kind: nextKind, format: ofFormat, sheet, bytes });
  };
  const start = useMutation({
    mutationFn: (chosen: File): Promise<Import> => {
      const event = eventName.trim() || null;
      const named = kind === "events" && event !== null ? { event } : {};
      const mapping = looked.data
        ? { ...looked.data.mapping, columns, ...named }
        : event !== null
          ? { columns: {}, ...named }
          : null;
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
  const unknown = file !== null && previewBytes(guessFormat(file.name), file.size) === null;
  return (
    <Page
      title={t`Import a file`}
      description={t`Rows that cannot be read are kept apart with the reason; the rest goes in. Importing the same file twice changes nothing.`}
      back={{ to: paths.imports(), label: t`Imports` }}
    >
      <Panel>
        <Stack>
          <ChooseKind
            kind={kind}
            disabled={start.isPending}
            onChange={(next) => (file ? look(file, next) : setAsked(next))}
          />
          <DropArea
            file={file}
            onFile={(chosen) => look(chosen, kind)}
            accept={ACCEPTED}
            hint={t`Drop a file here: Excel, CSV, JSON Lines or Parquet`}
            disabled={start.isPending}
          />
        </Stack>
      </Panel>
      {looked.isPending && <Loading rows={5} />}
      {looked.error && <ErrorPanel error={looked.error} retry={() => file && look(file, kind)} />}
      {unknown && (
        <Alert color="blue">
          <Trans>
            The columns of this file cannot be shown beforehand. They are recognised by their names when it is imported.
          </Trans>
        </Alert>
      )}
      {looked.data && (
        <Panel title={t`Columns`} note={<FileFacts found={looked.data} />} flush>
          <FileDetails
            kind={kind}
            found={looked.data}
            columns={columns}
            onSheet={(sheet) => file && look(file, kind, sheet)}
            eventName={eventName}
            onEventName={setEventName}
          />
          <MappingTable
            kind={kind}
            label={t`Columns of the file`}
            found={looked.data.columns}
            fields={looked.data.fields}
            columns={columns}
            onChange={setColumns}
          />
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
              disabled={
                looked.isPending ||
                looked.isError ||
                claimedTwice(columns).length > 0 ||
                (looked.data !== undefined && eventNameMissing(kind, columns, eventName))
              }
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
