/** The products of an event with picture, name and price: from the catalogue, else as the event has them. */
import { Plural } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Picture } from "@/ui/Picture";
import { LINES_SHOWN, type Line } from "./model";
import classes from "./ProductLines.module.css";
import type { Cards } from "./queries";

const PICTURE_PX = 36;

export function ProductLines({ lines, cards }: { lines: Line[]; cards: Cards }) {
  if (lines.length === 0) return null;
  const more = lines.length - LINES_SHOWN;
  return (
    <ul className={classes.lines}>
      {lines.slice(0, LINES_SHOWN).map((line, index) => {
        const card = cards.get(line.productId);
        const name = card?.title ?? (line.name || line.productId);
        return (
          <li key={index} className={classes.line}>
            {(card || line.image) && <Picture src={card?.image_link ?? line.image} size={PICTURE_PX} />}
            <span className={classes.name}>
              {card ? (
                <AppLink to={paths.product(card.id)} size="sm">
                  {name}
                </AppLink>
              ) : (
                <Text span size="sm">
                  {name}
                </Text>
              )}
              <Text span size="sm" c="dimmed">
                {[
                  line.variant,
                  line.quantity !== null && line.quantity !== 1 && `${format.number(line.quantity, 2)} ×`,
                  line.price && format.money(line.price),
                ]
                  .filter(Boolean)
                  .map((part) => ` ${part}`)}
              </Text>
            </span>
          </li>
        );
      })}
      {more > 0 && (
        <li className={classes.line}>
          <Text size="sm" c="dimmed">
            <Plural value={more} one="and # more product" other="and # more products" />
          </Text>
        </li>
      )}
    </ul>
  );
}
