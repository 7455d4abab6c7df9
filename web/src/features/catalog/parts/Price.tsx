/** What is paid now; in a sale with the usual price, crossed out. */
import { Trans } from "@lingui/react/macro";
import { Text, VisuallyHidden } from "@mantine/core";
import type { ProductLine } from "@/api/products";
import * as format from "@/lib/format";
import { priceNow } from "../model";

export function Price({ of }: { of: Pick<ProductLine, "price" | "sale_price" | "on_sale"> }) {
  const { now, usual } = priceNow(of);
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      {format.money(now)}
      {usual && (
        <>
          <VisuallyHidden component="span">
            <Trans>instead of</Trans>
          </VisuallyHidden>{" "}
          <Text size="sm" c="dimmed" component="s" td="line-through">
            {format.money(usual)}
          </Text>
        </>
      )}
    </span>
  );
}
