/** Many groups at once: select the sure ones, then merge them or say they are not the same. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NativeSelect, Paper, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import * as format from "@/lib/format";
import { groupsAbove } from "../queries";
import type { Groups } from "../useGroups";
import { BulkDialog } from "./BulkDialog";
import classes from "./duplicates.module.css";

const SHARES = [0.99, 0.95, 0.9];

type Props = { groups: Groups /** The buttons here have gone: the focus goes on elsewhere. */; onDone: () => void };

export function BulkBar({ groups, onDone }: Props) {
  const { t } = useLingui();
  const [share, setShare] = useState(0.99);
  const [asking, setAsking] = useState<"merge" | "reject" | null>(null);
  const select = useMutation({
    mutationFn: () => groupsAbove(share),
    onSuccess: (found) =>
      groups.tick(
        found.filter((group) => !groups.isGone(group)),
        true,
      ),
  });
  const count = groups.ticked.length;
  const percent = format.percent(share, 0);
  return (
    <Paper withBorder radius="md" px="md" py="sm" className={count > 0 ? classes.sticky : undefined}>
      <Group gap="sm">
        <Group gap="xs">
          <NativeSelect
            size="sm"
            aria-label={t`How sure at least`}
            value={String(share)}
            onChange={(event) => setShare(Number(event.currentTarget.value))}
            data={SHARES.map((one) => ({ value: String(one), label: format.percent(one, 0) }))}
          />
          <Button size="sm" variant="default" loading={select.isPending} onClick={() => select.mutate()}>
            <Trans>Select all above {percent}</Trans>
          </Button>
        </Group>
        <Text size="sm" role="status" className={classes.count}>
          {select.data?.length === 0 && count === 0 ? (
            <Trans>Nothing is this sure</Trans>
          ) : (
            <Plural value={count} _0="Nothing selected" one="# group selected" other="# groups selected" />
          )}
        </Text>
        {count > 0 && (
          <Group gap="xs">
            <Button size="sm" onClick={() => setAsking("merge")}>
              <Plural value={count} one="Merge # group" other="Merge # groups" />
            </Button>
            <Button size="sm" variant="default" onClick={() => setAsking("reject")}>
              <Plural value={count} one="# group is not the same" other="# groups are not the same" />
            </Button>
            <Button
              size="sm"
              variant="subtle"
              onClick={() => {
                select.reset();
                groups.tick(groups.ticked, false);
              }}
            >
              <Trans>Select none</Trans>
            </Button>
          </Group>
        )}
      </Group>
      <Text size="sm" c="dimmed" mt={6}>
        <Trans>Every merge can be undone later, on the Identity tab of the person.</Trans>
      </Text>
      {asking && <BulkDialog kind={asking} groups={groups} onClose={() => setAsking(null)} onDone={onDone} />}
    </Paper>
  );
}
