/** What a setting takes away, in numbers of the last seven days, and the question before it does. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ConfirmDialog } from "@/ui/confirm";
import type { Consequence } from "../model";
import type { SaveSettings } from "../useSaveSettings";

function Sentence({ what, count }: Consequence): ReactNode {
  if (count === null) {
    const unknown: Record<Consequence["what"], ReactNode> = {
      block_violations: (
        <Trans>Events with missing or wrong properties are refused. How many was not counted yet.</Trans>
      ),
      block_unplanned: <Trans>Events that are not in the plan are refused. How many was not counted yet.</Trans>,
      drop_unplanned: <Trans>Events that are not in the plan are thrown away. How many was not counted yet.</Trans>,
      drop_properties: <Trans>Properties that are not in the plan are removed. How many was not counted yet.</Trans>,
    };
    return unknown[what];
  }
  const known: Record<Consequence["what"], ReactNode> = {
    block_violations: (
      <Plural
        value={count}
        _0="In the last 7 days nothing would have been refused for missing or wrong properties."
        one="In the last 7 days # problem with missing or wrong properties would have led to a refusal."
        other="In the last 7 days # problems with missing or wrong properties would have led to refusals."
      />
    ),
    block_unplanned: (
      <Plural
        value={count}
        _0="In the last 7 days no unplanned event would have been refused."
        one="In the last 7 days # unplanned event would have been refused."
        other="In the last 7 days # unplanned events would have been refused."
      />
    ),
    drop_unplanned: (
      <Plural
        value={count}
        _0="In the last 7 days no unplanned event would have been thrown away."
        one="In the last 7 days # unplanned event would have been thrown away."
        other="In the last 7 days # unplanned events would have been thrown away."
      />
    ),
    drop_properties: (
      <Plural
        value={count}
        _0="In the last 7 days no unplanned property would have been removed."
        one="In the last 7 days # unplanned property would have been removed."
        other="In the last 7 days # unplanned properties would have been removed."
      />
    ),
  };
  return known[what];
}

export function ConsequenceList({ consequences }: { consequences: Consequence[] }) {
  const { t } = useLingui();
  if (consequences.length === 0) return null;
  return (
    <Alert color="orange" icon={<IconAlertTriangle />} role="status" title={t`This takes data away from now on`}>
      <List size="sm" spacing={4}>
        {consequences.map((one) => (
          <List.Item key={one.what}>
            <Sentence {...one} />
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

export function ConsequenceDialog({ saving }: { saving: SaveSettings }) {
  const { t } = useLingui();
  const wanted = saving.asking;
  return (
    <ConfirmDialog
      opened={wanted !== null}
      onClose={saving.cancel}
      title={t`Take data away from now on?`}
      confirmLabel={t`Yes, do this`}
      loading={saving.isPending}
      onConfirm={saving.confirm}
    >
      {wanted && (
        <>
          <List size="sm" spacing={4}>
            {saving.consequencesOf(wanted).map((one) => (
              <List.Item key={one.what}>
                <Sentence {...one} />
              </List.Item>
            ))}
          </List>
          <Text size="sm" mt="sm">
            <Trans>
              What is refused, thrown away or removed cannot be brought back here. You can change the setting back.
            </Trans>
          </Text>
        </>
      )}
    </ConfirmDialog>
  );
}
