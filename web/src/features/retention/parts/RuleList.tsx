/** The rules as sentences, the most exact first: as they are tried. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Text } from "@mantine/core";
import { paths } from "@/lib/paths";
import { AppLink, LinkButton } from "@/ui/links";
import { StateBadge } from "@/ui/StateBadge";
import type { Rule } from "../types";
import { RULE_STATE, ruleWords } from "../words";
import classes from "./retention.module.css";

export function RuleList({ rules, mayWrite }: { rules: Rule[]; mayWrite: boolean }) {
  const { t } = useLingui();
  return (
    <ul className={classes.list} aria-label={t`Rules`}>
      {rules.map((rule) => (
        <li key={rule.id} className={classes.rule}>
          <Box className={classes.words}>
            <AppLink to={paths.retentionRule(rule.id)} fw={600} data-row-focus>
              {ruleWords(rule)}
            </AppLink>
            {rule.off_reason && <OffReason />}
          </Box>
          <StateBadge looks={RULE_STATE} state={rule.enabled ? "on" : "off"} />
          {mayWrite && !rule.enabled && (
            <LinkButton
              to={paths.retentionRule(rule.id)}
              size="xs"
              variant="default"
              aria-label={rule.keep ? t`Preview: ${ruleWords(rule)}` : t`Open: ${ruleWords(rule)}`}
            >
              {rule.keep ? t`Preview` : t`Open`}
            </LinkButton>
          )}
        </li>
      ))}
    </ul>
  );
}

export function OffReason() {
  return (
    <Text size="sm" c="var(--mantine-color-orange-text)">
      <Trans>
        It was on, until a rule that kept events away from it was changed. Look again what would go, then switch it on.
      </Trans>
    </Text>
  );
}
