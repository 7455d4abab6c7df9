/** How the search is going, or how the last one went. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Group, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconUsersGroup } from "@tabler/icons-react";
import * as format from "@/lib/format";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/states";
import { Time } from "@/ui/Time";
import { progress } from "../model";
import type { Status } from "../types";
import { useStepWords } from "../words";
import { FindButton } from "./FindButton";

export function RunPanel({ status }: { status: Status }) {
  const { t } = useLingui();
  switch (status.state) {
    case "never":
      return (
        <Panel>
          <EmptyState
            icon={<IconUsersGroup />}
            title={t`Nobody has looked for duplicates yet`}
            text={t`The same person often comes in twice: with a typing error, a second e-mail address or a new phone. A search finds such pairs and says why. You decide which are one person.`}
            actions={<FindButton status={status} />}
          />
        </Panel>
      );
    case "running":
      return <Running status={status} />;
    case "failed":
      return (
        <Alert icon={<IconAlertTriangle />} color="red" title={t`The last search stopped before its end`} role="alert">
          <Text size="sm">
            <Trans>
              Nothing was changed. Look once more; if it stops again, this is what to tell your administrator:
            </Trans>
          </Text>
          <Text size="sm" lang="en" style={{ overflowWrap: "anywhere" }}>
            {status.error ?? format.NOTHING}
          </Text>
        </Alert>
      );
    case "done":
      return (
        <Stack gap={2}>
          <Text size="sm" c="dimmed" component="div">
            <Trans>
              Last looked <Time at={status.finished_at} />
            </Trans>
            {" · "}
            <Plural value={status.people} one="# person compared" other="# people compared" />
            {" · "}
            <Plural value={status.groups} _0="nothing found" one="# group found" other="# groups found" />
          </Text>
          <Updates update={status.update} />
        </Stack>
      );
  }
}

/** Between two searches suggestions follow the customers by themselves. */
function Updates({ update }: { update: Status["update"] }) {
  if (update.running) {
    return (
      <Text size="sm" c="dimmed" role="status">
        <Trans>Looking at who is new or changed…</Trans>
      </Text>
    );
  }
  if (update.error) {
    return (
      <Text size="sm" component="div" role="alert">
        <Trans>
          New customers could not be compared; it is tried again by itself. What your administrator should know:
        </Trans>{" "}
        <span lang="en" style={{ overflowWrap: "anywhere" }}>
          {update.error}
        </span>
      </Text>
    );
  }
  return (
    <Text size="sm" c="dimmed" component="div">
      {update.finished_at ? (
        <>
          <Trans>
            Last update <Time at={update.finished_at} />
          </Trans>
          {" · "}
          <Plural
            value={update.people}
            _0="nobody new or changed"
            one="# new or changed person looked at"
            other="# new or changed people looked at"
          />
        </>
      ) : (
        <Trans>From now on, new and changed customers are looked at by themselves, within minutes.</Trans>
      )}
    </Text>
  );
}

function Running({ status }: { status: Status }) {
  const { t } = useLingui();
  const words = useStepWords();
  const { step, steps, share } = progress(status);
  const what = status.step ? words[status.step] : t`Starting`;
  return (
    <Panel>
      <Group justify="space-between" gap="xs" mb="xs">
        <Text size="sm" fw={500} role="status">
          {t`Step ${step} of ${steps}: ${what}`}
        </Text>
        {status.of > 0 && (
          <Text size="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
            {t`${format.number(status.done)} of ${format.number(status.of)}`}
          </Text>
        )}
      </Group>
      <Progress value={100 * share} size="lg" animated aria-label={t`Progress`} />
      <Text size="sm" c="dimmed" mt="xs">
        <Trans>You can leave this page: the search goes on.</Trans>
      </Text>
    </Panel>
  );
}
