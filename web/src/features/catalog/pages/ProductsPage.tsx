import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { IconFileUpload, IconRss, IconShoppingBag } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { type Found, foundOf, isFiltered } from "../model";
import { ProductFilters } from "../parts/ProductFilters";
import { ProductTable } from "../parts/ProductTable";
import { useFilters } from "../parts/useFilters";
import { WaysIn } from "../parts/WaysIn";
import { feedSourcesQuery, productsQuery } from "../queries";

export default function ProductsPage() {
  const { t } = useLingui();
  const go = useGo();
  const { filters, set } = useFilters();
  const mayWrite = useCan("product.write");
  const mayConnect = useCan("source.write");
  const products = useInfiniteQuery(productsQuery(filters));
  const feeds = useQuery(feedSourcesQuery).data?.items;
  const rows = products.data?.pages.flatMap((page) => page.items);
  // There is nothing to look through yet.
  const untouched = rows?.length === 0 && !isFiltered(filters);
  useShortcut("c", t`Upload a product feed`, () => mayWrite && go(paths.uploadFeed()));
  const upload = mayWrite && (
    <LinkButton to={paths.uploadFeed()} leftSection={<IconFileUpload size={16} aria-hidden />}>
      <Trans>Upload a feed</Trans>
    </LinkButton>
  );
  const connect = mayConnect && (
    <LinkButton
      to={paths.newConnection("feed")}
      variant="default"
      leftSection={<IconRss size={16} aria-hidden />}
    >{t`Connect a feed address`}</LinkButton>
  );
  return (
    <Page
      title={t`Products`}
      description={t`What you sell, as your shop's feeds tell it: names, pictures, prices and whether it can be had.`}
      actions={
        <>
          <LinkButton to={paths.feeds()} variant="default">{t`Feeds`}</LinkButton>
          {upload}
        </>
      }
    >
      {!untouched && <ProductFilters filters={filters} set={set} shown={rows ?? []} />}
      <QueryView query={{ ...products, data: rows }}>
        {(list) =>
          list.length > 0 ? (
            <>
              <Count found={foundOf(filters, feeds, { rows: list.length, more: products.hasNextPage })} />
              <Panel flush>
                <ProductTable
                  label={t`Products`}
                  rows={list}
                  more={{
                    has: products.hasNextPage,
                    loading: products.isFetchingNextPage,
                    load: () => void products.fetchNextPage(),
                  }}
                />
              </Panel>
            </>
          ) : isFiltered(filters) ? (
            <Panel>
              <EmptyState
                icon={<IconShoppingBag />}
                title={t`No product fits`}
                text={t`The beginning of a word of the title is found, and the beginning of an ID, a GTIN or a brand.`}
                actions={<LinkButton to={paths.products()} variant="default">{t`Show all products`}</LinkButton>}
              />
            </Panel>
          ) : (
            <Panel>
              <EmptyState
                icon={<IconShoppingBag />}
                title={t`No product is known yet`}
                text={t`With your products known, what a customer bought has a name and a picture, and prices and stock are those of today.`}
                actions={
                  <>
                    {upload}
                    {connect}
                    <LinkButton to={paths.apiDocs()} variant="default">{t`The API`}</LinkButton>
                  </>
                }
              >
                <WaysIn />
              </EmptyState>
            </Panel>
          )
        }
      </QueryView>
    </Page>
  );
}

function Count({ found: { count, atLeast } }: { found: Found }) {
  return (
    <Text size="sm" c="dimmed" role="status">
      {atLeast ? (
        <Plural value={count} one="# product, and more" other="# products, and more" />
      ) : (
        <Plural value={count} one="# product" other="# products" />
      )}
    </Text>
  );
}
