import { useLingui } from "@lingui/react/macro";
import { Box, Group, Text } from "@mantine/core";
import type { ProductLine } from "@/api/products";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { Picture } from "@/ui/Picture";
import { Time } from "@/ui/Time";
import { lastStep } from "../model";
import { Availability } from "./Availability";
import { Price } from "./Price";

const PICTURE_PX = 44;

type Props = {
  label: string;
  rows: ProductLine[];
  more?: { has: boolean; loading: boolean; load: () => void };
};

export function ProductTable({ label, rows, more }: Props) {
  const { t } = useLingui();
  return (
    <DataTable
      label={label}
      rows={rows}
      rowKey={(product) => product.id}
      rowHref={(product) => paths.product(product.id)}
      more={more}
      columns={[
        { key: "product", header: t`Product`, cell: (product) => <Name of={product} /> },
        { key: "price", header: t`Price`, numeric: true, cell: (product) => <Price of={product} /> },
        { key: "availability", header: t`Availability`, from: "sm", cell: (product) => <Availability of={product} /> },
        {
          key: "category",
          header: t`Category`,
          from: "md",
          cell: ({ category }) => (
            <span title={category ?? undefined}>{category ? lastStep(category) : format.NOTHING}</span>
          ),
        },
        {
          key: "changed",
          header: t`Last changed`,
          from: "md",
          cell: (product) => <Time at={product.gone_at ?? product.changed_at} />,
        },
      ]}
    />
  );
}

function Name({ of: product }: { of: ProductLine }) {
  const { title, brand, product_id, image_link } = product;
  return (
    <Group gap="sm" wrap="nowrap" component="span">
      <Picture src={image_link} size={PICTURE_PX} />
      <span style={{ minWidth: 0 }}>
        <span style={{ overflowWrap: "anywhere" }}>{title}</span>
        <Text size="sm" c="dimmed" component="span" display="block" style={{ overflowWrap: "anywhere" }}>
          {[brand, product_id].filter(Boolean).join(" · ")}
        </Text>
        <Box component="span" hiddenFrom="sm">
          <Availability of={product} />
        </Box>
      </span>
    </Group>
  );
}
