/** One of the four parts of a campaign, with its state in a word, a sign and a colour. */
import { useLingui } from "@lingui/react/macro";
import { Badge } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCircleDashed } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Panel } from "@/ui/Panel";
import type { CardState } from "../model";

type Props = { title: string; state: CardState; note?: ReactNode; children: ReactNode };

export function Card({ title, state, note, children }: Props) {
  const { t } = useLingui();
  const look = {
    todo: { label: t`To do`, color: "gray", Icon: IconCircleDashed },
    done: { label: t`Ready`, color: "teal", Icon: IconCheck },
    attention: { label: t`Needs a look`, color: "orange", Icon: IconAlertTriangle },
  }[state];
  return (
    <Panel
      title={title}
      note={note}
      actions={
        <Badge variant="light" color={look.color} leftSection={<look.Icon size={12} aria-hidden />}>
          {look.label}
        </Badge>
      }
    >
      {children}
    </Panel>
  );
}
