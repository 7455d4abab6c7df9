/** Before there is any rule: why to have one, and three to begin with. */
import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { paths } from "@/lib/paths";
import { PlainLink } from "@/ui/links";
import { EmptyState } from "@/ui/states";
import { requestOf, STARTERS, type StarterName } from "../model";
import { ruleWords, useStarterWords } from "../words";
import classes from "./retention.module.css";

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
        <SimpleGrid cols={{ base: 1, sm: 3 }} w="100%" maw={820} my="sm">
          {ORDER.map((name) => (
            <PlainLink key={name} to={paths.newRetentionRule(name)} className={classes.starter}>
              <Text fw={600} component="span">
                {ruleWords(requestOf(STARTERS[name]))}
              </Text>
              <Text size="sm" c="dimmed" component="span">
                {words[name]}
              </Text>
            </PlainLink>
          ))}
        </SimpleGrid>
      )}
    </EmptyState>
  );
}
