import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { StateBadge } from "@/ui/StateBadge";
import { EmptyState, QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { draftOf } from "../model";
import { LookPanel } from "../parts/LookPanel";
import { RuleActions } from "../parts/RuleActions";
import { RuleForm } from "../parts/RuleForm";
import { OffReason } from "../parts/RuleList";
import { WhyNot } from "../parts/WhyNot";
import { changeRule, overviewQuery, refresh, rulesQuery } from "../queries";
import { useMayChangeRules } from "../rights";
import type { Rule, RuleRequest } from "../types";
import { RULE_STATE, ruleWords } from "../words";

const useBack = () => {
  const { t } = useLingui();
  return { to: paths.retention(), label: t`Data retention` };
};

export default function RulePage() {
  const { t } = useLingui();
  const id = useParam("id");
  const rules = useQuery(rulesQuery);
  const back = useBack();
  const rule = rules.data?.items.find((one) => one.id === id);
  if (rule && rules.data) return <RuleBody rule={rule} rules={rules.data.items} />;
  return (
    <Page title={t`Rule`} back={back}>
      <QueryView query={rules}>{() => <EmptyState title={t`This rule is not there, or not any more`} />}</QueryView>
    </Page>
  );
}

function RuleBody({ rule, rules }: { rule: Rule; rules: Rule[] }) {
  const { t } = useLingui();
  const back = useBack();
  const mayWrite = useMayChangeRules();
  const overview = useQuery(overviewQuery).data;
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (body: RuleRequest) => changeRule(rule.id, body),
    onSuccess: async () => {
      toastDone(rule.enabled ? t`Saved, and switched off: look what would go, then switch it on.` : t`Saved`);
      await refresh();
    },
  });
  // Form and look begin anew when the rule has become another one.
  const key = `${rule.id} ${JSON.stringify(draftOf(rule))}`;
  return (
    <Page
      title={ruleWords(rule)}
      chip={<StateBadge looks={RULE_STATE} state={rule.enabled ? "on" : "off"} />}
      back={back}
      actions={mayWrite && <RuleActions rule={rule} rules={rules} />}
    >
      {!mayWrite && <WhyNot />}
      {rule.off_reason && (
        <Alert color="orange" icon={<IconAlertTriangle />}>
          <OffReason />
        </Alert>
      )}
      {rule.enabled && (
        <Text size="sm" component="div">
          {rule.keep && overview?.next_run_at ? (
            <Trans>It works every night; next on {format.appointment(overview.next_run_at)}.</Trans>
          ) : (
            <Trans>It is on.</Trans>
          )}
        </Text>
      )}
      <Stack gap="md">
        <LookPanel key={key} rule={rule} rules={rules} mayWrite={mayWrite} />
        <Panel title={t`The rule`}>
          <RuleForm
            key={key}
            initial={draftOf(rule)}
            others={rules.filter((one) => one.id !== rule.id)}
            kept={overview?.kept_properties ?? []}
            onSave={(body) => save.mutate(body)}
            saving={save.isPending}
            refusal={save.error}
            submit={t`Save`}
            note={rule.enabled ? t`Saving switches it off, until you have looked again what would go.` : undefined}
            mayWrite={mayWrite}
            saved
          />
        </Panel>
      </Stack>
    </Page>
  );
}
