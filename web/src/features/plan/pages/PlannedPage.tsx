import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Button, SimpleGrid } from "@mantine/core";
import { IconArchive } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { useGo, useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { Page } from "@/ui/Page";
import { Stat } from "@/ui/Stat";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone } from "@/ui/toast";
import { comparedOf } from "../compared";
import { type Draft, draftBody, draftOf } from "../model";
import { EventEditor } from "../parts/EventEditor";
import { ViolationsView } from "../parts/ViolationsView";
import { plannedQuery, refresh, restorePlanned, updatePlanned } from "../queries";
import type { PlannedEvent } from "../types";
import { useArchive } from "../useArchive";
import { useEventName } from "../words";

export default function PlannedPage() {
  const { t } = useLingui();
  const id = useParam("id");
  const event = useQuery(plannedQuery(id));
  if (event.data) return <Planned key={event.data.id} event={event.data} />;
  return (
    <Page title={t`Planned event`} back={{ to: paths.plan(), label: t`Tracking plan` }}>
      <QueryView query={event}>{() => null}</QueryView>
    </Page>
  );
}

function Planned({ event }: { event: PlannedEvent }) {
  const { t } = useLingui();
  const go = useGo();
  const mayWrite = useCan("source.write");
  const nameOf = useEventName();
  const archive = useArchive();
  const keep = (changed: PlannedEvent) => queryClient.setQueryData(plannedQuery(changed.id).queryKey, changed);
  const update = useMutation({
    meta: { quiet: true },
    mutationFn: (draft: Draft) => updatePlanned(event.id, draftBody(draft), event.version),
    onSuccess: async (changed) => {
      keep(changed);
      toastDone(t`Saved`);
      await refresh();
    },
  });
  const restore = useMutation({
    mutationFn: () => restorePlanned(event.id),
    onSuccess: async (changed) => {
      keep(changed);
      await refresh();
    },
  });
  const save = (draft: Draft) =>
    update.mutateAsync(draft).then(
      () => true,
      () => false,
    );
  const archived = event.status === "archived";
  const compared = comparedOf(event, useNow().getTime());
  const since = compared.since && format.date(compared.since);
  return (
    <EventEditor
      title={nameOf(event)}
      chip={archived ? <Badge color="gray" variant="light">{t`Archived`}</Badge> : undefined}
      initial={draftOf(event)}
      saving={update.isPending}
      error={isStatus(update.error, 412) ? null : update.error}
      onSave={save}
      actions={
        mayWrite &&
        !archived && (
          <Button
            variant="default"
            leftSection={<IconArchive size={16} aria-hidden />}
            loading={archive.isPending}
            onClick={() => archive.mutate(event, { onSuccess: () => go(paths.plan()) })}
          >
            <Trans>Archive</Trans>
          </Button>
        )
      }
      above={
        <>
          {isStatus(update.error, 412) && (
            <Alert color="orange" role="alert" title={t`Somebody else changed this event`}>
              <Button size="xs" mt="xs" onClick={() => window.location.reload()}>
                <Trans>Load again</Trans>
              </Button>
            </Alert>
          )}
          {archived && (
            <Alert color="gray" title={t`This event is not planned any more`}>
              <Trans>When it arrives it counts as unplanned.</Trans>{" "}
              {mayWrite && (
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={restore.isPending}
                  onClick={() => restore.mutate()}
                >
                  <Trans>Plan it again</Trans>
                </Button>
              )}
            </Alert>
          )}
          <SimpleGrid cols={{ base: 2, sm: 3 }}>
            <Stat
              label={t`Compared in 7 days`}
              value={compared.count === null ? format.NOTHING : format.number(compared.count)}
              note={since ? t`since ${since}` : t`${format.number(event.last_24h.judged)} in 24 hours`}
            />
            <Stat
              label={t`Not as planned`}
              value={format.number(event.last_7d.violating)}
              note={t`${format.number(event.last_24h.violating)} in 24 hours`}
            />
            <Stat label={t`Last problem`} value={<Time at={event.last_violation_at} />} />
          </SimpleGrid>
        </>
      }
      violations={<ViolationsView event={event} />}
    />
  );
}
