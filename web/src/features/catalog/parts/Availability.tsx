/** Whether it can be bought, in words; or that it is gone. */
import { Trans } from "@lingui/react/macro";
import { Badge } from "@mantine/core";
import type { ProductLine } from "@/api/products";
import { NOTHING } from "@/lib/format";
import { StateBadge } from "@/ui/StateBadge";
import { AVAILABILITY_LOOKS } from "../words";

export function Availability({ of: { availability, gone_at } }: { of: Pick<ProductLine, "availability" | "gone_at"> }) {
  if (gone_at) {
    return (
      <Badge variant="default" miw="max-content">
        <Trans>Gone</Trans>
      </Badge>
    );
  }
  return availability ? <StateBadge looks={AVAILABILITY_LOOKS} state={availability} /> : <span>{NOTHING}</span>;
}
