import { Trans, useLingui } from "@lingui/react/macro";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useShortcut } from "@/lib/shortcuts";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { OverviewPanel } from "../parts/OverviewPanel";
import { RuleList } from "../parts/RuleList";
import { RunNow } from "../parts/RunNow";
import { RunsPanel } from "../parts/RunsPanel";
import { Starters } from "../parts/Starters";
import { WhyNot } from "../parts/WhyNot";
import { overviewQuery, rulesQuery } from "../queries";
import { useMayChangeRules } from "../rights";

export default function RetentionPage() {
  const { t } = useLingui();
  const go = useGo();
  const rules = useQuery(rulesQuery);
  const overview = useQuery(overviewQuery);
  const mayWrite = useMayChangeRules();
  useShortcut("c", t`New rule`, () => mayWrite && go(paths.newRetentionRule()));
  const create = mayWrite && (
    <LinkButton to={paths.newRetentionRule()} leftSection={<IconPlus size={16} aria-hidden />}>
      <Trans>New rule</Trans>
    </LinkButton>
  );
  const some = (rules.data?.items.length ?? 0) > 0;
  return (
    <Page
      title={t`Data retention`}
      description={t`How long things are kept: every night, what is older than its rule allows is deleted or made anonymous. Without a rule it is kept for ever.`}
      actions={
        some && (
          <>
            {mayWrite && overview.data && overview.data.rules_on > 0 && <RunNow overview={overview.data} />}
            {create}
          </>
        )
      }
    >
      {!mayWrite && <WhyNot />}
      <QueryView query={rules}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Starters actions={create} />
            </Panel>
          ) : (
            <>
              <QueryView query={overview} loading={<span />}>
                {(data) => <OverviewPanel overview={data} />}
              </QueryView>
              <Panel
                title={t`Rules`}
                note={t`The most exact rule counts: that of an event before that of its kind, and that before everything else.`}
                flush
              >
                <RuleList rules={items} mayWrite={mayWrite} />
              </Panel>
            </>
          )
        }
      </QueryView>
      <RunsPanel />
    </Page>
  );
}
