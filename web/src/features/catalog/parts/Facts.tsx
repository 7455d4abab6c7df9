/** Everything a feed says of a product, in groups; a field without a value is left out. */
import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import type { Product } from "@/api/products";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { isConnection } from "../model";
import { useAgeWords, useAvailabilityWords, useConditionWords, useFeedName, useGenderWords } from "../words";
import classes from "./product.module.css";

type Fact = { name: string; value: ReactNode };

function Group({ title, facts }: { title: string; facts: Fact[] }) {
  const known = facts.filter(({ value }) => value !== null && value !== undefined && value !== "");
  if (known.length === 0) return null;
  return (
    <Panel title={title}>
      <dl className={classes.facts}>
        {known.map(({ name, value }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
    </Panel>
  );
}

/** From when to when a sale price holds; open at either end. */
function usePeriod(): (from: string | null, until: string | null) => string | null {
  const { t } = useLingui();
  return (from, until) => {
    const [start, end] = [format.dateTime(from), format.dateTime(until)];
    if (from && until) return t`${start} to ${end}`;
    if (from) return t`from ${start}`;
    return until ? t`until ${end}` : null;
  };
}

export function PriceFacts({ product }: { product: Product }) {
  const { t } = useLingui();
  const availability = useAvailabilityWords();
  const period = usePeriod();
  return (
    <Group
      title={t`Price and availability`}
      facts={[
        { name: t`Price`, value: product.price && format.money(product.price) },
        {
          name: t`Sale price`,
          value: product.sale_price && (
            <>
              {format.money(product.sale_price)}{" "}
              <Text span size="sm" c="dimmed">
                {product.on_sale ? <Trans>(now)</Trans> : <Trans>(not now)</Trans>}
              </Text>
            </>
          ),
        },
        { name: t`The sale price holds`, value: period(product.sale_starts_at, product.sale_ends_at) },
        { name: t`Availability`, value: availability(product.availability) },
      ]}
    />
  );
}

export function Facts({ product }: { product: Product }) {
  const { t } = useLingui();
  const condition = useConditionWords();
  const gender = useGenderWords();
  const age = useAgeWords();
  const feedName = useFeedName();
  const labels = product.custom_labels.map((value, index) => ({ name: t`Label ${index}`, value }));
  const others = Object.entries(product.attributes).map(([name, value]) => ({ name, value: format.value(value) }));
  const { source } = product;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Group
        title={t`What it is`}
        facts={[
          { name: t`Brand`, value: product.brand },
          {
            name: t`Category`,
            value: product.category && (
              <AppLink to={`${paths.products()}?category=${encodeURIComponent(product.category)}`} inherit>
                {product.category}
              </AppLink>
            ),
          },
          { name: t`Category at Google`, value: product.google_product_category },
          { name: t`Product type`, value: product.product_type === product.category ? null : product.product_type },
          { name: t`Condition`, value: product.condition && condition[product.condition] },
          { name: t`Colour`, value: product.color },
          { name: t`Size`, value: product.size },
          { name: t`Material`, value: product.material },
          { name: t`Meant for`, value: product.gender && gender[product.gender] },
          { name: t`Age group`, value: product.age_group && age[product.age_group] },
        ]}
      />
      <Group
        title={t`IDs`}
        facts={[
          { name: t`ID in the shop`, value: product.product_id },
          { name: t`Group`, value: product.group_id },
          { name: "GTIN", value: product.sku.gtin },
          { name: "MPN", value: product.sku.mpn },
        ]}
      />
      <Group title={t`Labels of the feed`} facts={labels} />
      <Group title={t`Other fields of the feed`} facts={others} />
      <Group
        title={t`Where it comes from`}
        facts={[
          {
            name: t`Feed`,
            value: isConnection(source) ? (
              <AppLink to={paths.source(source)} inherit>
                {feedName(source)}
              </AppLink>
            ) : (
              feedName(source)
            ),
          },
          { name: t`First seen`, value: <Time at={product.first_seen} /> },
          { name: t`Last seen`, value: <Time at={product.last_seen} /> },
          { name: t`Last changed`, value: <Time at={product.changed_at} /> },
        ]}
      />
    </SimpleGrid>
  );
}
