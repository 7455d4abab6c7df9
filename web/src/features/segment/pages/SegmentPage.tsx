import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text } from "@mantine/core";
import { IconAddressBook, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import type { Condition, Segment } from "@/api/types";
import * as format from "@/lib/format";
import { useGo, useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone, toastError } from "@/ui/toast";
import { Builder, type Draft } from "../parts/Builder";
import { UsedBy } from "../parts/UsedBy";
import { segmentPath, segmentQuery } from "../queries";
import { useDeleteSegment } from "../useDeleteSegment";

/** The condition without the version mark, which is the server's to write. */
function bare(condition: Segment["condition"]): Condition {
  const { version: _, ...rest } = condition;
  return rest as Condition;
}

export default function SegmentPage() {
  const { t } = useLingui();
  const segment = useQuery({ ...segmentQuery(useParam("id")), refetchOnWindowFocus: false });
  if (segment.data) return <EditSegment key={segment.data.id} segment={segment.data} />;
  return (
    <Page title={t`Segment`} back={{ to: paths.segments(), label: t`Segments` }}>
      <QueryView query={segment}>{() => null}</QueryView>
    </Page>
  );
}

function EditSegment({ segment }: { segment: Segment }) {
  const { t } = useLingui();
  const go = useGo();
  const remove = useDeleteSegment();
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (draft: Draft) => api.put<Segment>(segmentPath(segment.id), draft, { ifMatch: segment.version }),
    onSuccess: async (next) => {
      queryClient.setQueryData(segmentQuery(segment.id).queryKey, next);
      await queryClient.invalidateQueries({
        queryKey: ["segments"],
        predicate: (query) => query.queryKey[1] !== "count",
      });
      toastDone(t`“${next.name}” is saved`);
    },
    onError: (error) => {
      if (!isStatus(error, 412)) return toastError(error);
      toastError(
        new Error(
          t`Somebody else has changed this segment meanwhile. Load the page again to see it, then repeat your change.`,
        ),
      );
    },
  });
  const used = segment.used_by.length > 0;
  return (
    <Builder
      title={segment.name}
      back={{ to: paths.segments(), label: t`Segments` }}
      self={segment.id}
      initial={{ name: segment.name, description: segment.description ?? "", condition: bare(segment.condition) }}
      saving={save.isPending}
      onSave={(draft) =>
        save.mutateAsync(draft).then(
          () => true,
          () => false,
        )
      }
      actions={
        <>
          <LinkButton
            variant="default"
            to={`${paths.people()}?segment=${segment.id}`}
            leftSection={<IconAddressBook size={16} aria-hidden />}
          >
            <Trans>Show people</Trans>
          </LinkButton>
          <Button
            variant="default"
            disabled={used}
            title={used ? t`Used by a campaign: it cannot be deleted.` : undefined}
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => {
              go(paths.segments());
              remove(segment);
            }}
          >
            <Trans>Delete</Trans>
          </Button>
        </>
      }
      below={
        <Panel title={t`Use and change`}>
          <Group gap="xl">
            <Text size="sm" c="dimmed">
              <Trans>
                Changed <Time at={segment.updated_at} />
              </Trans>
            </Text>
            <Text size="sm" c="dimmed">
              {t`Today: ${format.number(segment.entered_today)} came in, ${format.number(segment.exited_today)} went out`}
            </Text>
          </Group>
          <UsedBy segment={segment} />
        </Panel>
      }
    />
  );
}
