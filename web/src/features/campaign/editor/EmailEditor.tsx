/** Writing an e-mail: fields and body at one side, what arrives at the other. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, SegmentedControl, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLayoutGrid, IconSend, IconTemplate } from "@tabler/icons-react";
import { lazy, Suspense, useRef, useState } from "react";
import type { EmailMessage } from "@/api/types";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { Loading } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { DesignGallery } from "../designs/DesignGallery";
import { type Design, withDesign } from "../designs/designs";
import { SaveTemplate } from "../designs/SaveTemplate";
import { isWritten, skeleton } from "../model";
import type { DraftControl } from "../useDraft";
import type { CodeHandle } from "./CodeEditor";
import classes from "./editor.module.css";
import { InsertMenu } from "./InsertMenu";
import { MessageFields } from "./MessageFields";
import type { Person } from "./PersonPicker";
import { PreviewPane } from "./PreviewPane";
import { TestDialog } from "./TestDialog";

const CodeEditor = lazy(() => import("./CodeEditor"));

type Kind = EmailMessage["kind"];
type Props = { campaignId: string; control: DraftControl; disabled: boolean };

export function EmailEditor({ campaignId, control, disabled }: Props) {
  const { t } = useLingui();
  const { message } = control.draft;
  const code = useRef<CodeHandle>(null);
  const bodies = useRef<Partial<Record<Kind, string>>>({});
  const [person, setPerson] = useState<Person | null>(null);
  const [testing, test] = useDisclosure(false);
  const [choosing, choose] = useDisclosure(false);
  const [keeping, keep] = useDisclosure(false);
  const mayKeep = useCan("content.write");
  const change = (part: Partial<EmailMessage>) =>
    control.change((draft) => ({ ...draft, message: { ...draft.message, ...part } }));
  const changeKind = (kind: Kind) => {
    if (kind === message.kind) return;
    bodies.current[message.kind] = message.body;
    change({ kind, body: bodies.current[kind] ?? skeleton(kind) });
    if (message.body.trim()) toastDone(t`Switch back to find the other version again, as long as this page is open.`);
  };
  const begin = (design: Design | null) => {
    if (design) change(withDesign(message, design.message));
    choose.close();
  };

  if (!isWritten(message) && message.body.trim() === "" && !disabled) {
    return (
      <Panel
        title={t`Begin with a design`}
        note={t`Complete designs that work as they are. Change every word of them later.`}
        actions={
          <Button variant="default" size="xs" onClick={() => change({ body: skeleton("mjml") })}>
            <Trans>Begin with nothing</Trans>
          </Button>
        }
      >
        <DesignGallery onChoose={begin} />
      </Panel>
    );
  }
  return (
    <div className={classes.split}>
      <Stack gap="md" miw={0}>
        <Panel title={t`E-mail`}>
          <MessageFields message={message} onChange={change} disabled={disabled} />
        </Panel>
        <Panel
          title={t`Body`}
          actions={
            <>
              <SegmentedControl
                size="xs"
                aria-label={t`Kind of body`}
                value={message.kind}
                disabled={disabled}
                onChange={(kind) => changeKind(kind as Kind)}
                data={[
                  { value: "mjml", label: "MJML" },
                  { value: "html", label: "HTML" },
                  { value: "plain", label: t`Plain text` },
                ]}
              />
              <InsertMenu
                into={t`Body`}
                kind={message.kind}
                disabled={disabled}
                onInsert={(text) => code.current?.insert(text)}
              />
              <Button
                size="xs"
                variant="default"
                disabled={disabled}
                leftSection={<IconLayoutGrid size={15} aria-hidden />}
                onClick={choose.open}
              >
                <Trans>Designs</Trans>
              </Button>
            </>
          }
        >
          <Suspense fallback={<Loading rows={10} />}>
            <CodeEditor
              ref={code}
              kind={message.kind}
              value={message.body}
              readOnly={disabled}
              label={t`Body of the e-mail`}
              onChange={(body) => change({ body })}
            />
          </Suspense>
          <Group mt="sm" justify="flex-end">
            {mayKeep && (
              <Button
                variant="default"
                leftSection={<IconTemplate size={16} aria-hidden />}
                disabled={message.body.trim() === ""}
                title={message.body.trim() === "" ? t`Write a body first.` : undefined}
                onClick={keep.open}
              >
                <Trans>Save as template</Trans>
              </Button>
            )}
            <Button
              variant="light"
              leftSection={<IconSend size={16} aria-hidden />}
              disabled={!isWritten(message)}
              title={isWritten(message) ? undefined : t`Write a subject and a body first.`}
              onClick={test.open}
            >
              <Trans>Send a test</Trans>
            </Button>
          </Group>
        </Panel>
      </Stack>
      <div className={classes.side}>
        <PreviewPane
          message={message}
          person={person}
          onPerson={setPerson}
          onGoTo={(line, column) => code.current?.goTo(line, column)}
        />
      </div>
      <TestDialog
        campaignId={campaignId}
        opened={testing}
        onClose={test.close}
        person={person}
        onPerson={setPerson}
        save={control.save}
      />
      {keeping && <SaveTemplate onClose={keep.close} name={control.draft.name} message={message} />}
      <Modal
        opened={choosing}
        onClose={choose.close}
        title={t`Replace the body with a design`}
        size="xl"
        closeButtonProps={{ "aria-label": t`Close` }}
      >
        <DesignGallery onChoose={begin} />
      </Modal>
    </div>
  );
}
