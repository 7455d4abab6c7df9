/** Asks before many groups are decided at once, says what comes of it, and how far it is. */
import { plural } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Progress, Stack, Text } from "@mantine/core";
import { useState } from "react";
import * as format from "@/lib/format";
import { ConfirmDialog } from "@/ui/confirm";
import { ErrorPanel } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { acceptBody, canMerge } from "../model";
import { accept, reject } from "../queries";
import type { Accepted, Group } from "../types";
import type { Groups } from "../useGroups";
import { useInParts } from "../useInParts";

const MERGED_AT_ONCE = 20;
const REJECTED_AT_ONCE = 200;

type Props = { groups: Groups; onClose: () => void; onDone: () => void };

export function BulkDialog({ kind, ...props }: Props & { kind: "merge" | "reject" }) {
  return kind === "merge" ? <MergeDialog {...props} /> : <RejectDialog {...props} />;
}

function MergeDialog({ groups, onClose, onDone }: Props) {
  const { t } = useLingui();
  // As it was when the dialog opened: what is done leaves the list behind it.
  const [todo] = useState(() => groups.ticked.filter((group) => canMerge(groups.choiceOf(group))));
  const [people] = useState(() => todo.reduce((sum, group) => sum + groups.choiceOf(group).people.length, 0));
  const { work, done, stop } = useInParts<Accepted>({
    size: MERGED_AT_ONCE,
    send: (part) => accept(part.map((group) => acceptBody(group, groups.choiceOf(group)))),
    onPart: groups.leave,
    onDone: (answers) => {
      onClose();
      onDone();
      const merged = answers.reduce((sum, answer) => sum + answer.groups, 0);
      const skipped = answers.reduce((sum, answer) => sum + answer.skipped.length, 0);
      const left = plural(skipped, {
        one: "# was not up to date any more and was left alone.",
        other: "# were not up to date any more and were left alone.",
      });
      const message = plural(merged, { one: "# group is merged.", other: "# groups are merged." });
      toastDone(skipped > 0 ? `${message} ${left}` : message);
    },
  });
  const count = todo.length;
  return (
    <ConfirmDialog
      opened
      danger={false}
      onClose={work.isPending ? stop : onClose}
      title={plural(count, { one: "Merge # group", other: "Merge # groups" })}
      confirmLabel={t`Merge`}
      loading={work.isPending}
      onConfirm={() => work.mutate(todo)}
    >
      <Stack gap="xs">
        <Text fw={600}>{t`${format.number(people)} people become ${format.number(count)}.`}</Text>
        <Text size="sm">
          <Trans>
            Everything known of them stays. Every merge can be undone later, on the Identity tab of the person.
          </Trans>
        </Text>
        <HowFar done={done} todo={todo} running={work.isPending} error={work.error} />
      </Stack>
    </ConfirmDialog>
  );
}

function RejectDialog({ groups, onClose, onDone }: Props) {
  const { t } = useLingui();
  const [todo] = useState(groups.ticked);
  const count = todo.length;
  const { work, done, stop } = useInParts<object>({
    size: REJECTED_AT_ONCE,
    send: reject,
    onPart: groups.leave,
    onDone: () => {
      onClose();
      onDone();
      toastDone(t`Noted: these are not suggested again`);
    },
  });
  return (
    <ConfirmDialog
      opened
      danger={false}
      onClose={work.isPending ? stop : onClose}
      title={plural(count, { one: "# group is not the same", other: "# groups are not the same" })}
      confirmLabel={t`Not the same`}
      loading={work.isPending}
      onConfirm={() => work.mutate(todo)}
    >
      <Stack gap="xs">
        <Text size="sm">
          <Trans>They stay separate people and are never suggested again. You can still merge them by hand.</Trans>
        </Text>
        <HowFar done={done} todo={todo} running={work.isPending} error={work.error} />
      </Stack>
    </ConfirmDialog>
  );
}

function HowFar({ done, todo, running, error }: { done: number; todo: Group[]; running: boolean; error: unknown }) {
  const { t } = useLingui();
  return (
    <>
      {error ? <ErrorPanel error={error} /> : null}
      {error && done > 0 ? (
        <Text size="sm">
          <Plural
            value={done}
            one="# group was done before it stopped."
            other="# groups were done before it stopped."
          />
        </Text>
      ) : null}
      {running && (
        <>
          <Progress value={(100 * done) / Math.max(todo.length, 1)} size="lg" animated aria-label={t`Progress`} />
          <Text size="sm" c="dimmed" role="status">
            {t`${format.number(done)} of ${format.number(todo.length)}`}
            {" · "}
            <Trans>Cancel stops after the part under way; what is done stays done.</Trans>
          </Text>
        </>
      )}
    </>
  );
}
