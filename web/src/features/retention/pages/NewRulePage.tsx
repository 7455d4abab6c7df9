import { useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { EMPTY, isStarter, STARTERS } from "../model";
import { RuleForm } from "../parts/RuleForm";
import { WhyNot } from "../parts/WhyNot";
import { createRule, overviewQuery, refresh, rulesQuery } from "../queries";
import { useMayChangeRules } from "../rights";

/** A new rule; it is off until somebody has looked what it would take. */
export default function NewRulePage() {
  const { t } = useLingui();
  const go = useGo();
  const [starter] = useSearchValue("starter");
  const rules = useQuery(rulesQuery);
  const kept = useQuery(overviewQuery).data?.kept_properties ?? [];
  const mayWrite = useMayChangeRules();
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: createRule,
    onSuccess: async (rule) => {
      toastDone(t`Saved. It does nothing until you switch it on.`);
      go(paths.retentionRule(rule.id), { replace: true });
      await refresh();
    },
  });
  return (
    <Page
      title={t`New rule`}
      description={t`Saving deletes nothing: first you see what would go.`}
      back={{ to: paths.retention(), label: t`Data retention` }}
    >
      {!mayWrite && <WhyNot />}
      <QueryView query={rules}>
        {({ items }) => (
          <Panel>
            <RuleForm
              initial={isStarter(starter) ? STARTERS[starter] : EMPTY}
              others={items}
              kept={kept}
              onSave={(body) => create.mutate(body)}
              saving={create.isPending}
              refusal={create.error}
              submit={t`Save`}
              mayWrite={mayWrite}
            />
          </Panel>
        )}
      </QueryView>
    </Page>
  );
}
