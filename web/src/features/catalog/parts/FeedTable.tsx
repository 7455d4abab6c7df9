/** The feeds there are: how many products each has, how it went the last time, and taking one away. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, Stack, Text, Tooltip } from "@mantine/core";
import { IconFileUpload, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { FeedSource } from "@/api/products";
import * as format from "@/lib/format";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { type Column, DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import { toastDone } from "@/ui/toast";
import { isConnection, runLook } from "../model";
import { refresh, removeSource } from "../queries";
import { RUN_LOOKS, useFeedName } from "../words";

export function FeedTable({ feeds }: { feeds: FeedSource[] }) {
  const { t } = useLingui();
  const go = useGo();
  const feedName = useFeedName();
  const mayWrite = useCan("product.write");
  const [asked, setAsked] = useState<FeedSource | null>(null);
  const nameOf = ({ name, source }: FeedSource) => name ?? feedName(source);
  const actions: Column<FeedSource> = {
    key: "actions",
    header: "",
    width: 84,
    cell: (feed) => (
      <Group gap={4} wrap="nowrap" justify="flex-end">
        {!isConnection(feed.source) && (
          <Tooltip label={t`Upload a newer file`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`Upload a newer file of ${nameOf(feed)}`}
              onClick={() => go(paths.uploadFeed(feed.source))}
            >
              <IconFileUpload size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={t`Delete its products`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t`Delete the products of ${nameOf(feed)}`}
            onClick={() => setAsked(feed)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
    ),
  };
  return (
    <>
      <DataTable
        label={t`Feeds`}
        rows={feeds}
        rowKey={(feed) => feed.source}
        rowHref={(feed) => paths.productsOf(feed.source)}
        columns={[
          { key: "name", header: t`Feed`, cell: nameOf },
          {
            key: "products",
            header: t`Products`,
            numeric: true,
            cell: (feed) => format.number(feed.products),
          },
          { key: "gone", header: t`Gone`, numeric: true, from: "sm", cell: (feed) => format.number(feed.gone) },
          {
            key: "last",
            header: t`Last read`,
            from: "sm",
            cell: ({ last_run: run }) =>
              run ? (
                <Group gap="xs">
                  <StateBadge looks={RUN_LOOKS} state={runLook(run)} />
                  <AppLink to={paths.feedRun(run.id)} size="sm">
                    <Time at={run.started_at} />
                  </AppLink>
                </Group>
              ) : (
                format.NOTHING
              ),
          },
          ...(mayWrite ? [actions] : []),
        ]}
      />
      {asked && <DeleteFeed feed={asked} name={nameOf(asked)} onClose={() => setAsked(null)} />}
    </>
  );
}

function DeleteFeed({ feed, name, onClose }: { feed: FeedSource; name: string; onClose: () => void }) {
  const { t } = useLingui();
  const erase = useMutation({
    mutationFn: () => removeSource(feed.source),
    onSuccess: async ({ deleted }) => {
      onClose();
      toastDone(t`${format.number(deleted)} products of “${name}” are deleted`);
      await refresh();
    },
  });
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={t`Delete the products of ${name}?`}
      confirmLabel={t`Delete for ever`}
      typed={name}
      loading={erase.isPending}
      onConfirm={() => erase.mutate()}
    >
      <Stack gap="xs">
        <Text size="sm">
          <Plural
            value={feed.products + feed.gone}
            one="# product and its history are deleted."
            other="# products and their history are deleted."
          />
        </Text>
        <Text size="sm">
          <Trans>
            This cannot be taken back. A feed that is still connected brings its products back, without history.
          </Trans>
        </Text>
      </Stack>
    </ConfirmDialog>
  );
}
