/** What waits for the person: a confirmation, a copy of their data, an erasure. */
import { useLingui } from "@lingui/react/macro";
import type { Preferences } from "@/api/consent";
import { useSubjectName } from "@/lib/consent-words";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";

type Request = Preferences["requests"][number];

export function Requests({ requests }: { requests: Request[] }) {
  const { t } = useLingui();
  const subject = useSubjectName();
  const kinds: Record<Request["kind"], string> = {
    subscribe: t`Confirmation asked for`,
    data: t`Copy of their data asked for`,
    erase: t`Erasure asked for`,
  };
  const open = requests.filter((one) => one.done_at == null);
  if (open.length === 0) return null;
  return (
    <Panel title={t`Waiting for the person`} flush>
      <DataTable
        label={t`Waiting for the person`}
        rows={open}
        rowKey={(one) => one.id}
        columns={[
          { key: "kind", header: t`What`, cell: (one) => kinds[one.kind] ?? one.kind },
          { key: "for", header: t`For`, cell: (one) => one.subjects.map(subject).join(", ") },
          { key: "asked", header: t`Asked`, from: "sm", cell: (one) => <Time at={one.asked_at} style="dateTime" /> },
          {
            key: "mailed",
            header: t`Mail sent`,
            from: "sm",
            cell: (one) => <Time at={one.mailed_at} style="dateTime" />,
          },
          { key: "until", header: t`Valid until`, cell: (one) => <Time at={one.expires_at} style="dateTime" /> },
        ]}
      />
    </Panel>
  );
}
