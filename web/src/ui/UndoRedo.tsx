/** The two buttons of an editor with a history. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp } from "@tabler/icons-react";
import type { ReactNode } from "react";

type Run = (() => void) | null;

export function UndoRedo({ undo, redo }: { undo: Run; redo: Run }) {
  const { t } = useLingui();
  return (
    <>
      <Step label={t`Undo`} run={undo}>
        <IconArrowBackUp size={18} />
      </Step>
      <Step label={t`Redo`} run={redo}>
        <IconArrowForwardUp size={18} />
      </Step>
    </>
  );
}

function Step({ label, run, children }: { label: string; run: Run; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="lg" aria-label={label} disabled={!run} onClick={() => run?.()}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
