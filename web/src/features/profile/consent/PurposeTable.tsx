/** What a person's data may be used for. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import type { Preferences } from "@/api/consent";
import { subjectText, useBasisNames, usePurposeNames } from "@/lib/consent-words";
import { DataTable } from "@/ui/DataTable";
import { Time } from "@/ui/Time";
import { StateOf } from "./ConsentMatrix";
import type { Cell } from "./model";

type Props = { preferences: Preferences; onOpen: (cell: Cell) => void };

export function PurposeTable({ preferences, onOpen }: Props) {
  const { t } = useLingui();
  const names = usePurposeNames();
  const bases: Record<string, string> = useBasisNames();
  const cellOf = (one: Preferences["purposes"][number]): Cell => ({
    subject: subjectText({ purpose: one.purpose }),
    said: one,
  });
  return (
    <DataTable
      label={t`Use of data`}
      rows={preferences.purposes}
      rowKey={(one) => one.purpose}
      columns={[
        { key: "purpose", header: t`Use of data`, cell: (one) => names[one.purpose] ?? one.purpose },
        { key: "state", header: t`State`, cell: (one) => <StateOf cell={cellOf(one)} /> },
        { key: "basis", header: t`Lawful basis`, from: "sm", cell: (one) => bases[one.basis] ?? one.basis },
        { key: "at", header: t`Since`, from: "sm", cell: (one) => <Time at={one.at} style="date" /> },
        {
          key: "open",
          header: "",
          numeric: true,
          cell: (one) => (
            <>
              <Button
                size="compact-sm"
                variant="default"
                visibleFrom="sm"
                aria-label={t`Proof and change: ${names[one.purpose] ?? one.purpose}`}
                onClick={() => onOpen(cellOf(one))}
              >
                <Trans>Proof and change</Trans>
              </Button>
              <ActionIcon
                variant="subtle"
                color="gray"
                hiddenFrom="sm"
                aria-label={t`Proof and change: ${names[one.purpose] ?? one.purpose}`}
                onClick={() => onOpen(cellOf(one))}
              >
                <IconPencil size={16} />
              </ActionIcon>
            </>
          ),
        },
      ]}
    />
  );
}
