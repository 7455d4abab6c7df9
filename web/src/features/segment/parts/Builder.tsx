/** The whole editor: name, rules, live count, save. Used for a new segment and for an existing one. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Grid, Stack, Textarea, TextInput, Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Condition } from "@/api/types";
import { useLeaveGuard } from "@/lib/leave";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { UndoRedo } from "@/ui/UndoRedo";
import { compile, fromCondition } from "../model";
import { useBuilderState } from "../useBuilderState";
import classes from "./builder.module.css";
import { BuilderContext } from "./builder-context";
import { CountPanel } from "./CountPanel";
import { GroupBox } from "./GroupBox";

export type Draft = { name: string; description: string; condition: Condition };

type Props = {
  title: string;
  back: { to: string; label: string };
  initial: Draft;
  self?: string;
  saving: boolean;
  /** Answers whether it was saved. */
  onSave: (draft: Draft) => Promise<boolean>;
  actions?: ReactNode;
  below?: ReactNode;
};

export function Builder({ title, back, initial, self, saving, onSave, actions, below }: Props) {
  const { t } = useLingui();
  const [name, setName] = useState(initial.name);
  const [description, setDescription] = useState(initial.description);
  const [saved, setSaved] = useState(() => {
    const { condition } = compile(fromCondition(initial.condition));
    return JSON.stringify({ ...initial, condition });
  });
  const [asked, setAsked] = useState(false);
  const state = useBuilderState(initial.condition, self);
  const mayWrite = useCan("segment.write");
  const draft: Draft = { name: name.trim(), description: description.trim(), condition: state.compiled.condition };
  const changed = JSON.stringify(draft) !== saved || state.compiled.unfinished > 0;
  const reason = !mayWrite
    ? t`Your role may not change this.`
    : draft.name === ""
      ? t`Give the segment a name first.`
      : state.compiled.unfinished > 0
        ? t`Finish or remove the rules that are not finished.`
        : null;
  const saveThrough = useLeaveGuard(changed, name || t`New segment`);
  const save = async () => {
    setAsked(true);
    if (reason) return;
    await saveThrough(async () => {
      if (await onSave(draft)) setSaved(JSON.stringify(draft));
    });
  };
  useShortcut("mod+s", t`Save`, () => void save(), "edit");
  useShortcut("mod+z", t`Undo`, () => state.undo?.(), "edit");
  useShortcut("mod+shift+z", t`Redo`, () => state.redo?.(), "edit");
  return (
    <Page
      title={title}
      back={back}
      actions={
        <>
          <UndoRedo undo={state.undo} redo={state.redo} />
          {actions}
          <Tooltip label={reason} disabled={!reason}>
            <Button onClick={() => void save()} loading={saving} disabled={!mayWrite}>
              <Trans>Save</Trans>
            </Button>
          </Tooltip>
        </>
      }
    >
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            <Panel>
              <Stack gap="sm">
                <TextInput
                  label={t`Name`}
                  required
                  maxLength={200}
                  placeholder={t`Sneaker buyers in the Netherlands`}
                  value={name}
                  error={asked && draft.name === "" ? t`Give the segment a name first.` : undefined}
                  onChange={(event) => setName(event.currentTarget.value)}
                />
                <Textarea
                  label={t`What it is for`}
                  autosize
                  minRows={1}
                  value={description}
                  onChange={(event) => setDescription(event.currentTarget.value)}
                />
              </Stack>
            </Panel>
            <Panel title={t`Rules`}>
              <BuilderContext.Provider value={state.builder}>
                <GroupBox group={state.root} />
              </BuilderContext.Provider>
            </Panel>
            {below}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <div className={classes.side}>
            <CountPanel
              count={state.count.data}
              error={state.count.error}
              counting={state.counting}
              unfinished={state.compiled.unfinished}
            />
          </div>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
