import { Trans, useLingui } from "@lingui/react/macro";
import { IconFileUpload, IconRss } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { isRunning } from "@/api/products";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { DataTable } from "@/ui/DataTable";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { StateBadge } from "@/ui/StateBadge";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { runLook } from "../model";
import { FeedTable } from "../parts/FeedTable";
import { feedSourcesQuery, runsQuery } from "../queries";
import { RUN_LOOKS, useFeedName } from "../words";

export default function FeedsPage() {
  const { t } = useLingui();
  const mayWrite = useCan("product.write");
  const mayConnect = useCan("source.write");
  const feeds = useQuery(feedSourcesQuery);
  const actions = (
    <>
      {mayConnect && (
        <LinkButton
          to={paths.newConnection("feed")}
          variant="default"
          leftSection={<IconRss size={16} aria-hidden />}
        >{t`Connect a feed address`}</LinkButton>
      )}
      {mayWrite && (
        <LinkButton to={paths.uploadFeed()} leftSection={<IconFileUpload size={16} aria-hidden />}>
          <Trans>Upload a feed</Trans>
        </LinkButton>
      )}
    </>
  );
  const running = feeds.data?.items.some((one) => one.last_run && isRunning(one.last_run)) ?? false;
  return (
    <Page
      title={t`Product feeds`}
      description={t`Where products come from, and every time a feed was read.`}
      back={{ to: paths.products(), label: t`Products` }}
      actions={actions}
    >
      <QueryView query={feeds}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <EmptyState
                icon={<IconRss />}
                title={t`No feed yet`}
                text={t`Upload the product feed of your shop, or connect its address, and it is fetched by itself.`}
              />
            </Panel>
          ) : (
            <>
              <Panel title={t`Feeds`} flush>
                <FeedTable feeds={items} />
              </Panel>
              <Runs running={running} />
            </>
          )
        }
      </QueryView>
    </Page>
  );
}

function Runs({ running }: { running: boolean }) {
  const { t } = useLingui();
  const feedName = useFeedName();
  const runs = useInfiniteQuery(runsQuery(running));
  const rows = runs.data?.pages.flatMap((page) => page.items);
  return (
    <Panel title={t`Each time a feed was read`} flush>
      <QueryView query={{ ...runs, data: rows }}>
        {(list) => (
          <DataTable
            label={t`Each time a feed was read`}
            rows={list}
            rowKey={(run) => run.id}
            rowHref={(run) => paths.feedRun(run.id)}
            more={{
              has: runs.hasNextPage,
              loading: runs.isFetchingNextPage,
              load: () => void runs.fetchNextPage(),
            }}
            columns={[
              { key: "feed", header: t`Feed`, cell: (run) => feedName(run.source) },
              { key: "state", header: t`State`, cell: (run) => <StateBadge looks={RUN_LOOKS} state={runLook(run)} /> },
              { key: "items", header: t`Items`, numeric: true, from: "sm", cell: (run) => format.number(run.items) },
              { key: "refused", header: t`Refused`, numeric: true, cell: (run) => format.number(run.refused) },
              { key: "gone", header: t`Gone`, numeric: true, from: "md", cell: (run) => format.number(run.gone) },
              { key: "at", header: t`When`, from: "sm", cell: (run) => <Time at={run.started_at} /> },
            ]}
          />
        )}
      </QueryView>
    </Panel>
  );
}
