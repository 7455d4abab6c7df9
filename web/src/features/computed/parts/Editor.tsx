/** The whole editor: name, definition, live preview, save. Used for a new computed trait and for an existing one. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Grid, Stack, Tabs, Textarea, TextInput, Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useLeaveGuard } from "@/lib/leave";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { UndoRedo } from "@/ui/UndoRedo";
import { type Draft, definitionOf, type Kind, LONGEST_NAME, needsProperty, obstacle, suggestName } from "../model";
import type { Aggregate, Body } from "../types";
import { useDraft } from "../useDraft";
import { usePreview } from "../usePreview";
import { mistakesOf, useMistakeWords, useObstacleWords } from "../words";
import classes from "./computed.module.css";
import { EventAggregate } from "./EventAggregate";
import { FormulaField } from "./FormulaField";
import { PreviewPanel } from "./PreviewPanel";

export type Initial = { name: string; description: string; draft: Draft };

type Props = {
  title: string;
  chip?: ReactNode;
  back: { to: string; label: string };
  initial: Initial;
  aggregates: Aggregate[];
  /** Names of other traits, that this one cannot have. */
  taken: string[];
  /** The name is in use elsewhere and stays. */
  nameFixed?: boolean;
  saving: boolean;
  /** What the last save was refused for. */
  refusal: unknown;
  /** Answers whether it was saved. */
  onSave: (body: Body) => Promise<boolean>;
  actions?: ReactNode;
  below?: ReactNode;
};

export function Editor(props: Props) {
  const { title, chip, back, initial, aggregates, taken, saving, onSave, actions, below } = props;
  const { t } = useLingui();
  const { draft, edit, undo, redo } = useDraft(initial.draft);
  /** Null as long as nobody has typed a name: then the definition suggests one. */
  const [typed, setTyped] = useState<string | null>(initial.name || null);
  const [description, setDescription] = useState(initial.description);
  const needs = needsProperty(aggregates, draft.aggregate);
  const body: Body = {
    name: (typed ?? suggestName(draft, taken)).trim(),
    description: description.trim(),
    definition: definitionOf(draft, needs),
  };
  const [saved, setSaved] = useState(() => (initial.name ? JSON.stringify(body) : null));
  const [start] = useState(() => JSON.stringify(body));
  const [asked, setAsked] = useState(false);
  const changed = JSON.stringify(body) !== (saved ?? start);
  const missing = obstacle(draft, needs);
  const obstacles = useObstacleWords();
  const mayWrite = useCan("segment.write");
  const reason = !mayWrite
    ? t`Your role may not change this.`
    : missing
      ? obstacles[missing]
      : body.name === ""
        ? t`Give the trait a name first.`
        : null;
  const saveThrough = useLeaveGuard(changed, body.name || t`New computed trait`);
  const save = async () => {
    setAsked(true);
    if (reason) return;
    await saveThrough(async () => {
      if (await onSave(body)) setSaved(JSON.stringify(body));
    });
  };
  useShortcut("mod+s", t`Save`, () => void save(), "edit");
  useShortcut("mod+z", t`Undo`, () => undo?.(), "edit");
  useShortcut("mod+shift+z", t`Redo`, () => redo?.(), "edit");
  const preview = usePreview(missing ? null : body.definition);
  return (
    <Page
      title={title}
      chip={chip}
      back={back}
      actions={
        <>
          <UndoRedo undo={undo} redo={redo} />
          {actions}
          <Tooltip label={reason} disabled={!reason}>
            <Button onClick={() => void save()} loading={saving} disabled={!mayWrite || (saved !== null && !changed)}>
              <Trans>Save</Trans>
            </Button>
          </Tooltip>
        </>
      }
    >
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            <Definition
              draft={draft}
              edit={edit}
              aggregates={aggregates}
              self={initial.name}
              error={preview.error ?? props.refusal}
            />
            <Panel title={t`Name`}>
              <Stack gap="sm">
                <NameField
                  name={body.name}
                  raw={typed ?? body.name}
                  onChange={setTyped}
                  asked={asked}
                  fixed={props.nameFixed === true}
                  refusal={props.refusal}
                />
                <Textarea
                  label={t`What it is for`}
                  autosize
                  minRows={1}
                  maxLength={1000}
                  value={description}
                  onChange={(event) => setDescription(event.currentTarget.value)}
                />
              </Stack>
            </Panel>
            {below}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <div className={classes.side}>
            <PreviewPanel
              preview={preview.data}
              error={preview.error}
              working={preview.working}
              missing={missing && obstacles[missing]}
            />
          </div>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

type DefinitionProps = {
  draft: Draft;
  edit: ReturnType<typeof useDraft>["edit"];
  aggregates: Aggregate[];
  self: string;
  error: unknown;
};

function Definition({ draft, edit, aggregates, self, error }: DefinitionProps) {
  const { t } = useLingui();
  const mistake = mistakesOf(error).find((one) => one.pointer.startsWith("/definition/formula")) ?? null;
  return (
    <Panel title={t`How it is worked out`}>
      <Tabs value={draft.kind} onChange={(kind) => kind && edit({ ...draft, kind: kind as Kind })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="aggregate">{t`From what they did`}</Tabs.Tab>
          <Tabs.Tab value="formula">{t`Formula`}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="aggregate">
          <EventAggregate draft={draft} edit={edit} aggregates={aggregates} />
        </Tabs.Panel>
        <Tabs.Panel value="formula">
          <FormulaField
            formula={draft.formula}
            onChange={(formula) => edit({ ...draft, formula }, "formula")}
            mistake={draft.formula.trim() ? mistake : null}
            self={self}
          />
        </Tabs.Panel>
      </Tabs>
    </Panel>
  );
}

type NameProps = {
  name: string;
  /** As typed, with its spaces. */
  raw: string;
  onChange: (name: string) => void;
  asked: boolean;
  fixed: boolean;
  refusal: unknown;
};

function NameField({ name, raw, onChange, asked, fixed, refusal }: NameProps) {
  const { t } = useLingui();
  const words = useMistakeWords();
  const refused = mistakesOf(refusal).find((one) => one.pointer === "/name");
  const problem = refused ? words(refused.code, refused.detail) : undefined;
  return (
    <TextInput
      label={t`Name`}
      description={
        fixed
          ? t`It is used under this name, so it stays.`
          : t`How it is called in segments and in messages: small letters, digits and _ are easiest.`
      }
      required
      disabled={fixed}
      maxLength={LONGEST_NAME}
      placeholder="order_count_90d"
      spellCheck={false}
      value={raw}
      error={asked && name === "" ? t`Give the trait a name first.` : problem}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
