import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Anchor, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconExternalLink, IconInfoCircle, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Product } from "@/api/products";
import { useGo, useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { undoable } from "@/ui/toast";
import { Availability } from "../parts/Availability";
import { Facts, PriceFacts } from "../parts/Facts";
import { Gallery } from "../parts/Gallery";
import { History } from "../parts/History";
import { Price } from "../parts/Price";
import { ProductTable } from "../parts/ProductTable";
import { hideProduct, productQuery, refresh, removeProduct } from "../queries";

export default function ProductPage() {
  const { t } = useLingui();
  const id = useParam("id");
  const product = useQuery(productQuery(id));
  const { data } = product;
  return (
    <Page
      title={data?.title ?? t`Product`}
      chip={data && <Availability of={data} />}
      description={data && [data.brand, data.product_id].filter(Boolean).join(" · ")}
      back={{ to: paths.products(), label: t`Products` }}
      actions={data && <Actions product={data} />}
    >
      {/* Another product begins with its own first picture. */}
      <QueryView query={product}>{(found) => <Body key={id} product={found} />}</QueryView>
    </Page>
  );
}

function Body({ product }: { product: Product }) {
  const { t } = useLingui();
  return (
    <Stack gap="md">
      {product.gone_at && (
        <Alert color="gray" icon={<IconInfoCircle />} title={t`Gone`}>
          <Trans>
            Gone since <Time at={product.gone_at} style="dateTime" />: the feed does not have it any more. The next one
            that has it brings it back.
          </Trans>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Panel>
          <Gallery product={product} />
        </Panel>
        <Stack gap="md">
          <Panel>
            <Text fz="xl" fw={650} component="div">
              <Price of={product} />
            </Text>
            {product.description && (
              <Text size="sm" mt="xs" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
                {product.description}
              </Text>
            )}
          </Panel>
          <PriceFacts product={product} />
        </Stack>
      </SimpleGrid>
      {product.variants.length > 0 && (
        <Panel title={t`Variants`} note={t`Other products of the same group.`} flush>
          <ProductTable label={t`Variants`} rows={product.variants} />
        </Panel>
      )}
      <Facts product={product} />
      <History product={product} />
    </Stack>
  );
}

function Actions({ product }: { product: Product }) {
  const { t } = useLingui();
  const go = useGo();
  const mayWrite = useCan("product.write");
  const remove = () => {
    go(paths.products());
    hideProduct(product.id);
    undoable({
      message: t`“${product.title}” is deleted. The next feed that has it brings it back.`,
      commit: async () => {
        await removeProduct(product.id);
        await refresh();
      },
      restore: () => void refresh(),
    });
  };
  return (
    <Group gap="xs">
      {product.link && (
        <Anchor
          href={product.link}
          target="_blank"
          rel="noopener noreferrer"
          style={{ display: "inline-flex", alignItems: "center", gap: 4 }}
        >
          <Trans>Open in the shop</Trans>
          <IconExternalLink size={16} aria-hidden />
        </Anchor>
      )}
      {mayWrite && (
        <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
          <Trans>Delete</Trans>
        </Button>
      )}
    </Group>
  );
}
