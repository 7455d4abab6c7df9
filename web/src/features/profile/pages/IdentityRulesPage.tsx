import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Grid, Stack, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Page } from "@/ui/Page";
import { QueryView } from "@/ui/states";
import { UndoRedo } from "@/ui/UndoRedo";
import { AddressPanel } from "../rules/AddressPanel";
import { DevicesPanel } from "../rules/DevicesPanel";
import { KindsPanel } from "../rules/KindsPanel";
import { MeaningPanel } from "../rules/MeaningPanel";
import { sameRules } from "../rules/model";
import { rulesQuery } from "../rules/queries";
import classes from "../rules/rules.module.css";
import { SurvivorPanel } from "../rules/SurvivorPanel";
import type { RulesView } from "../rules/types";
import { useRules } from "../rules/useRules";

function useFrame() {
  const { t } = useLingui();
  return {
    title: t`Identity`,
    description: t`When two visits are one customer, and which value stays when sources disagree.`,
  };
}

export default function IdentityRulesPage() {
  const frame = useFrame();
  const rules = useQuery({ ...rulesQuery, refetchOnWindowFocus: false });
  if (rules.data) return <EditRules view={rules.data} />;
  return (
    <Page {...frame}>
      <QueryView query={rules}>{() => null}</QueryView>
    </Page>
  );
}

function EditRules({ view }: { view: RulesView }) {
  const { t } = useLingui();
  const frame = useFrame();
  const state = useRules(view);
  const { rules, edit, changed, finished, save, undo, redo } = state;
  const mayWrite = useCan("workspace.write");
  const reason = !mayWrite
    ? t`Your role may not change this.`
    : !changed
      ? t`Nothing is changed.`
      : finished
        ? null
        : t`Something is not finished yet: look at what is marked.`;
  const run = () => !reason && save.mutate();
  useShortcut("mod+s", t`Save`, run, "edit");
  useShortcut("mod+z", t`Undo`, () => undo?.(), "edit");
  useShortcut("mod+shift+z", t`Redo`, () => redo?.(), "edit");
  useBlocker({
    shouldBlockFn: () => changed && !window.confirm(t`Leave without saving the rules?`),
    enableBeforeUnload: () => changed,
  });
  const section = { rules, edit, view, mayWrite, refusal: save.error ?? state.preview.error };
  return (
    <Page
      {...frame}
      actions={
        <>
          <UndoRedo undo={undo} redo={redo} />
          <Button
            variant="default"
            disabled={!mayWrite || sameRules(rules, view.defaults)}
            onClick={() => edit(view.defaults)}
          >
            <Trans>Back to the defaults</Trans>
          </Button>
          <Tooltip label={reason} disabled={!reason}>
            <Button
              loading={save.isPending}
              aria-disabled={reason !== null}
              data-disabled={reason !== null || undefined}
              onClick={run}
            >
              <Trans>Save</Trans>
            </Button>
          </Tooltip>
        </>
      }
    >
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 8 }} order={{ base: 2, md: 1 }}>
          <Stack gap="md">
            <KindsPanel {...section} />
            <AddressPanel {...section} />
            <DevicesPanel {...section} />
            <SurvivorPanel {...section} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }} order={{ base: 1, md: 2 }}>
          <div className={classes.side}>
            <MeaningPanel state={state} view={view} />
          </div>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
