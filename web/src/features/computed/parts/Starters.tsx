/** Before there is any: what a computed trait is, and three to begin with. */
import { useLingui } from "@lingui/react/macro";
import { SimpleGrid, Text } from "@mantine/core";
import { IconMathFunction } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { paths } from "@/lib/paths";
import { PlainLink } from "@/ui/links";
import { EmptyState } from "@/ui/states";
import type { StarterName } from "../model";
import { useStarterWords } from "../words";
import classes from "./computed.module.css";

const ORDER: StarterName[] = ["orders", "revenue", "visit"];

export function Starters({ actions }: { actions: ReactNode }) {
  const { t } = useLingui();
  const words = useStarterWords();
  return (
    <EmptyState
      icon={<IconMathFunction />}
      title={t`No computed trait yet`}
      text={t`Tutti can work things out for every customer: how often somebody buys, what they spent, how long they have been away. The result stays up to date and can be used in segments and messages, like any other attribute.`}
      actions={actions}
    >
      {actions && (
        <SimpleGrid cols={{ base: 1, sm: 3 }} w="100%" maw={820} my="sm">
          {ORDER.map((name) => (
            <PlainLink key={name} to={paths.newComputedTrait(name)} className={classes.starter}>
              <Text fw={600} component="span">
                {words[name].title}
              </Text>
              <Text size="sm" c="dimmed" component="span">
                {words[name].about}
              </Text>
            </PlainLink>
          ))}
        </SimpleGrid>
      )}
    </EmptyState>
  );
}
