/** Before there is any: what a computed trait is, and three to begin with. */
import { useLingui } from "@lingui/react/macro";
import { IconMathFunction } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { paths } from "@/lib/paths";
import { StarterCards } from "@/ui/StarterCards";
import { EmptyState } from "@/ui/states";
import type { StarterName } from "../model";
import { useStarterWords } from "../words";

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
      {actions && <StarterCards cards={ORDER.map((name) => ({ to: paths.newComputedTrait(name), ...words[name] }))} />}
    </EmptyState>
  );
}
