/** Takes over a plan from a file; first says what that would change. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Checkbox, FileButton, Group, List, Modal, Stack, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ErrorPanel } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { parseObject } from "../model";
import { importPlan, refresh } from "../queries";
import type { EventRef, Imported } from "../types";
import { useEventName } from "../words";

const SHOWN = 8;

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [file, setFile] = useState<{ name: string; plan: Record<string, unknown> | null } | null>(null);
  const [replace, setReplace] = useState(false);
  const look = useMutation({
    meta: { quiet: true },
    mutationFn: (asked: { plan: unknown; replace: boolean }) => importPlan(asked.plan, asked.replace, true),
  });
  const take = useMutation({
    meta: { quiet: true },
    mutationFn: () => importPlan(file?.plan, replace, false),
    onSuccess: async () => {
      toastDone(t`The plan is imported`);
      onClose();
      await refresh();
    },
  });
  const choose = async (chosen: File | null) => {
    if (!chosen) return;
    const plan = parseObject(await chosen.text());
    setFile({ name: chosen.name, plan });
    look.reset();
    if (plan) look.mutate({ plan, replace });
  };
  const toggle = (next: boolean) => {
    setReplace(next);
    if (file?.plan) look.mutate({ plan: file.plan, replace: next });
  };
  const changes = look.data ? look.data.created.length + look.data.changed.length + look.data.archived.length : 0;
  return (
    <Modal opened onClose={onClose} title={t`Import a plan`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <Text size="sm">
          <Trans>A file that was exported here, or a tracking plan of Segment, as JSON.</Trans>
        </Text>
        <FileButton accept=".json,application/json" onChange={(chosen) => void choose(chosen)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<IconFileUpload size={16} aria-hidden />}
              style={{ alignSelf: "flex-start" }}
              data-autofocus
            >
              {file ? file.name : t`Choose a file`}
            </Button>
          )}
        </FileButton>
        <Checkbox
          label={t`Archive what is not in the file`}
          checked={replace}
          onChange={(event) => toggle(event.currentTarget.checked)}
        />
        {file && !file.plan && (
          <Alert color="red" role="alert">
            <Trans>This file is not a JSON object.</Trans>
          </Alert>
        )}
        {look.error && <ErrorPanel error={look.error} />}
        {take.error && <ErrorPanel error={take.error} />}
        {look.data && <Changes found={look.data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button disabled={changes === 0} loading={take.isPending || look.isPending} onClick={() => take.mutate()}>
            <Trans>Import</Trans>
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Changes({ found }: { found: Imported }) {
  const { t } = useLingui();
  return (
    <Stack gap="sm" role="status">
      <Names
        title={<Plural value={found.created.length} one="# new event" other="# new events" />}
        events={found.created}
      />
      <Names
        title={<Plural value={found.changed.length} one="# event changes" other="# events change" />}
        events={found.changed}
      />
      <Names
        title={<Plural value={found.archived.length} one="# event is archived" other="# events are archived" />}
        events={found.archived}
      />
      <Text size="sm" c="dimmed">
        <Plural value={found.unchanged} one="# event stays as it is" other="# events stay as they are" />
      </Text>
      {found.problems.length > 0 && (
        <Alert color="orange" title={t`Left out`}>
          <List size="sm">
            {found.problems.map((one) => (
              <List.Item key={one.name + one.detail}>
                {one.name}: <span lang="en">{one.detail}</span>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}

function Names({ title, events }: { title: ReactNode; events: EventRef[] }) {
  const nameOf = useEventName();
  if (events.length === 0) return null;
  const names = events.slice(0, SHOWN).map(nameOf).join(", ");
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {events.length > SHOWN ? `${names} …` : names}
      </Text>
    </div>
  );
}
