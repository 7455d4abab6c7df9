/** What a fetched feed has brought: the last time it was read, and a word that is waited for. */
import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { feedRunsQuery } from "@/api/products";
import * as format from "@/lib/format";
import { HeldFeed } from "@/lib/held-feed";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { AppLink, LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Stat } from "@/ui/Stat";
import { Time } from "@/ui/Time";
import type { Connection } from "../connect/types";

export function FeedPanel({ connection }: { connection: Connection }) {
  const { t } = useLingui();
  const mayRead = useCan("product.read");
  const runs = useQuery({ ...feedRunsQuery(connection.id), enabled: mayRead });
  const [last] = runs.data?.items ?? [];
  if (!mayRead || !last) return null;
  return (
    <Panel
      title={t`Products`}
      note={
        <Trans>
          read <Time at={last.started_at} />
        </Trans>
      }
      actions={
        <>
          <LinkButton to={paths.feedRun(last.id)} variant="default" size="xs">{t`What came of it`}</LinkButton>
          <LinkButton to={paths.productsOf(connection.id)} variant="light" size="xs">{t`See the products`}</LinkButton>
        </>
      }
    >
      <Stack gap="md">
        {last.state === "held" && <HeldFeed run={last} />}
        <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
          <Stat label={t`Items in the feed`} value={format.number(last.items)} />
          <Stat label={t`New`} value={format.number(last.created)} />
          <Stat label={t`Changed`} value={format.number(last.changed)} />
          <Stat
            label={t`Refused`}
            value={format.number(last.refused)}
            note={last.refused > 0 && <AppLink to={paths.feedRun(last.id)}>{t`See why`}</AppLink>}
          />
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}
