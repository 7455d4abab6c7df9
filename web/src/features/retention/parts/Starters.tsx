/** Before there is any rule: why to have one, and three to begin with. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { paths } from "@/lib/paths";
import { StarterCards } from "@/ui/StarterCards";
import { EmptyState } from "@/ui/states";
import { requestOf, STARTERS, type StarterName } from "../model";
import { ruleWords, useStarterWords } from "../words";

const ORDER: StarterName[] = ["pages", "opens", "rest"];

export function Starters({ actions }: { actions: ReactNode }) {
  const { t } = useLingui();
  const words = useStarterWords();
  return (
    <EmptyState
      icon={<IconHourglass />}
      title={t`Everything is kept for ever`}
      text={t`A rule says how long something is kept. What you no longer have cannot leak, need not be handed over, and costs no room.`}
      actions={actions}
    >
      <Text c="dimmed" maw="56ch">
        <Trans>
          The law (GDPR, article 5) wants personal data kept no longer than they are needed for what they were collected
          for; how long that is, you decide.
        </Trans>
      </Text>
      {actions && (
        <StarterCards
          cards={ORDER.map((name) => ({
            to: paths.newRetentionRule(name),
            title: ruleWords(requestOf(STARTERS[name])),
            about: words[name],
          }))}
        />
      )}
    </EmptyState>
  );
}
