/** Things to begin with, where there are none yet: each a card that is a link. */
import { SimpleGrid, Text } from "@mantine/core";
import { PlainLink } from "./links";
import classes from "./StarterCards.module.css";

export type StarterCard = { to: string; title: string; about: string };

export function StarterCards({ cards }: { cards: StarterCard[] }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} w="100%" maw={820} my="sm">
      {cards.map(({ to, title, about }) => (
        <PlainLink key={to} to={to} className={classes.starter}>
          <Text fw={600} component="span">
            {title}
          </Text>
          <Text size="sm" c="dimmed" component="span">
            {about}
          </Text>
        </PlainLink>
      ))}
    </SimpleGrid>
  );
}
