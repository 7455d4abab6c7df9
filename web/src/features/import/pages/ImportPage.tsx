import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Button, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconDownload, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, downloadFile } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Import } from "@/api/types";
import { useTargetWords } from "@/lib/column-words";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { problemWords } from "@/lib/problems";
import { useCan } from "@/lib/session";
import { useSourceName } from "@/lib/sources";
import { DataTable } from "@/ui/DataTable";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Stat } from "@/ui/Stat";
import { QueryView } from "@/ui/states";
import { canGoOn, isRunning, progress, rate } from "../model";
import { importPath, importQuery } from "../queries";
import { useStateWords } from "../words";

export default function ImportPage() {
  const { t } = useLingui();
  const states = useStateWords();
  const job = useQuery(importQuery(useParam("id")));
  const state = job.data && states[job.data.state];
  return (
    <Page
      title={job.data?.name ?? t`Import`}
      chip={
        state && (
          <Badge variant="light" color={state.color}>
            {state.label}
          </Badge>
        )
      }
      back={{ to: paths.imports(), label: t`Imports` }}
      actions={job.data && <ImportActions job={job.data} />}
    >
      <QueryView query={job}>{(data) => <ImportBody job={data} />}</QueryView>
    </Page>
  );
}

function ImportBody({ job }: { job: Import }) {
  const { t } = useLingui();
  const now = useNow(1000);
  const sourceName = useSourceName();
  const perSecond = rate(job, now.getTime());
  const share = progress(job);
  return (
    <Stack gap="md">
      {job.source_id && (
        <Text size="sm">
          <Trans>
            Fetched by the source <AppLink to={paths.source(job.source_id)}>{sourceName(job.source_id)}</AppLink>.
          </Trans>
        </Text>
      )}
      {job.error && (
        <Alert color="red" title={t`The import stopped`} role="alert">
          {problemWords(job.error_code)}
          <Text size="sm" c="dimmed" lang="en">
            {job.error}
          </Text>
        </Alert>
      )}
      <Panel>
        <Progress value={100 * share} size="lg" animated={isRunning(job)} aria-label={t`Progress`} />
        <Text size="sm" c="dimmed" mt="xs" role="status">
          {t`${format.percent(share, 0)} · ${format.bytes(job.bytes_done)} of ${format.bytes(job.bytes_total)}`}
          {perSecond !== null && ` · ${t`${format.number(perSecond)} rows per second`}`}
        </Text>
      </Panel>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Stat label={t`Rows read`} value={format.number(job.rows_done)} />
        <Stat
          label={t`Accepted`}
          value={format.number(job.rows_accepted)}
          note={format.ratio(job.rows_accepted, job.rows_done)}
        />
        <Stat
          label={t`Not read`}
          value={format.number(job.rows_rejected)}
          note={job.rows_rejected > 0 ? t`each with its line and the reason` : undefined}
        />
      </SimpleGrid>
      {job.rows_rejected > 0 && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => void downloadFile(`${importPath(job.id)}/rejected`, `${job.id}-rejected.csv`)}
          >
            <Trans>Download the rows that were not read</Trans>
          </Button>
          <Text size="sm" c="dimmed">
            <Trans>Correct them and import that file: what is already in stays as it is.</Trans>
          </Text>
        </Group>
      )}
      {job.state === "finished" && job.rows_accepted > 0 && (
        <Group>
          {job.kind === "companies" ? (
            <LinkButton to={paths.companies()} variant="light">
              <Trans>See the companies</Trans>
            </LinkButton>
          ) : (
            <LinkButton to={paths.people()} variant="light">
              <Trans>See the people</Trans>
            </LinkButton>
          )}
        </Group>
      )}
      <MappingPanel job={job} />
    </Stack>
  );
}

function MappingPanel({ job }: { job: Import }) {
  const { t } = useLingui();
  const become = useTargetWords(job.kind);
  const rows = Object.entries(job.mapping?.columns ?? {});
  if (rows.length === 0) return null;
  return (
    <Panel title={t`Columns`} flush>
      <DataTable
        label={t`Columns of the file`}
        rows={rows}
        rowKey={([column]) => column}
        columns={[
          { key: "column", header: t`Column`, cell: ([column]) => column },
          {
            key: "target",
            header: t`Becomes`,
            cell: ([, target]) => become(target),
          },
        ]}
      />
    </Panel>
  );
}

function ImportActions({ job }: { job: Import }) {
  const mayWrite = useCan("import.write");
  const act = useMutation({
    mutationFn: (action: "cancel" | "resume") => api.post<Import>(`${importPath(job.id)}/${action}`),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["imports"] }),
  });
  if (!mayWrite) return null;
  if (job.state === "running") {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        loading={act.isPending}
        onClick={() => act.mutate("cancel")}
      >
        <Trans>Stop</Trans>
      </Button>
    );
  }
  if (canGoOn(job)) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        loading={act.isPending}
        onClick={() => act.mutate("resume")}
      >
        <Trans>Go on where it stopped</Trans>
      </Button>
    );
  }
  return null;
}
