/** One planned event: what it is, its properties, what happens when it differs, and an example to try. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect, SimpleGrid, Stack, Tabs, Text, Textarea, TextInput, Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useLeaveGuard } from "@/lib/leave";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";
import { type Draft, draftProblem, isNamed, needsName } from "../model";
import { KINDS, type Kind } from "../types";
import { useKindWords } from "../words";
import { Behaviour } from "./Behaviour";
import { ContentEditor } from "./ContentEditor";
import { TryOut } from "./TryOut";

type Props = {
  title: string;
  initial: Draft;
  saving: boolean;
  error: unknown;
  /** Answers whether it was saved. */
  onSave: (draft: Draft) => Promise<boolean>;
  actions?: ReactNode;
  chip?: ReactNode;
  above?: ReactNode;
  /** What arrived of it, on a tab of its own. */
  violations?: ReactNode;
};

export function EventEditor({ title, initial, saving, error, onSave, actions, chip, above, violations }: Props) {
  const { t } = useLingui();
  const [draft, setDraft] = useState(initial);
  const [saved, setSaved] = useState(() => JSON.stringify(initial));
  const [asked, setAsked] = useState(false);
  const [tab, setTab] = useState<string | null>("properties");
  const mayWrite = useCan("source.write");
  // Only of one that exists can be seen how it did.
  const isKept = violations !== undefined;
  const problem = draftProblem(draft);
  const changed = JSON.stringify(draft) !== saved;
  const words = {
    name: t`Give the event its name.`,
    property_names: t`Every property needs a name of its own.`,
    not_json: t`The schema is not a JSON object.`,
  };
  const reason = !mayWrite ? t`Your role may not change this.` : problem && asked ? words[problem] : null;
  const saveThrough = useLeaveGuard(changed, title);
  const save = async () => {
    setAsked(true);
    if (problem || !mayWrite) return;
    await saveThrough(async () => {
      if (await onSave(draft)) setSaved(JSON.stringify(draft));
    });
  };
  useShortcut("mod+s", t`Save`, () => void save(), "edit");
  return (
    <Page
      title={title}
      chip={chip}
      back={{ to: paths.plan(), label: t`Tracking plan` }}
      actions={
        <>
          {actions}
          <Tooltip label={reason} disabled={!reason}>
            <Button onClick={() => void save()} loading={saving} disabled={!mayWrite || (isKept && !changed)}>
              <Trans>Save</Trans>
            </Button>
          </Tooltip>
        </>
      }
    >
      {above}
      {error ? <ErrorPanel error={error} /> : null}
      {asked && problem && (
        <Text role="alert" size="sm" c="var(--mantine-color-red-text)">
          {words[problem]}
        </Text>
      )}
      <Panel>
        <About draft={draft} onChange={setDraft} disabled={!mayWrite} asked={asked} />
      </Panel>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="properties">{t`Properties`}</Tabs.Tab>
          <Tabs.Tab value="behaviour">{t`When it differs`}</Tabs.Tab>
          <Tabs.Tab value="try">{t`Try it out`}</Tabs.Tab>
          {violations && <Tabs.Tab value="violations">{t`Not as planned`}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="properties">
          <ContentEditor draft={draft} onChange={setDraft} disabled={!mayWrite} asked={asked} />
        </Tabs.Panel>
        <Tabs.Panel value="behaviour">
          <Panel>
            <Behaviour draft={draft} onChange={setDraft} disabled={!mayWrite} />
          </Panel>
        </Tabs.Panel>
        <Tabs.Panel value="try">
          <TryOut draft={draft} />
        </Tabs.Panel>
        {violations && <Tabs.Panel value="violations">{violations}</Tabs.Panel>}
      </Tabs>
    </Page>
  );
}

type AboutProps = { draft: Draft; onChange: (draft: Draft) => void; disabled: boolean; asked: boolean };

function About({ draft, onChange, disabled, asked }: AboutProps) {
  const { t } = useLingui();
  const kinds = useKindWords();
  const missing = asked && needsName(draft.kind) && draft.name.trim() === "";
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <NativeSelect
          label={t`What it is`}
          disabled={disabled}
          data={KINDS.map((value) => ({ value, label: `${kinds[value]} (${value})` }))}
          value={draft.kind}
          onChange={(event) => onChange({ ...draft, kind: event.currentTarget.value as Kind })}
        />
        {isNamed(draft.kind) && (
          <TextInput
            label={t`Name, as it is sent`}
            description={needsName(draft.kind) ? undefined : t`Empty: for all that have no entry of their own.`}
            required={needsName(draft.kind)}
            disabled={disabled}
            maxLength={250}
            spellCheck={false}
            autoComplete="off"
            value={draft.name}
            error={missing ? t`Give the event its name.` : undefined}
            onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          />
        )}
      </SimpleGrid>
      <Textarea
        label={t`What it means`}
        description={t`When it is sent, for colleagues and for whoever builds it.`}
        autosize
        minRows={1}
        maxLength={2000}
        disabled={disabled}
        value={draft.description}
        onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
      />
    </Stack>
  );
}
