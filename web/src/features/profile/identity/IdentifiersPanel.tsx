/** By what a person is recognised, since when, from where, and with which merge it came. */
import { useLingui } from "@lingui/react/macro";
import { Badge, Code, Group } from "@mantine/core";
import * as format from "@/lib/format";
import { CopyIcon } from "@/ui/copy";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { keyOf } from "./model";
import type { HomedIdentifier, Identity } from "./types";
import { useIdentifierNames, useOrigin } from "./words";

export function IdentifiersPanel({ identity }: { identity: Identity }) {
  const { t } = useLingui();
  const name = useIdentifierNames();
  const origin = useOrigin();
  const disputed = new Set(identity.conflicts.map(keyOf));
  const merged = new Map(identity.merges.map((merge) => [merge.from, merge.at]));
  const home: Column<HomedIdentifier> = {
    key: "home",
    header: t`Belonged to`,
    from: "md",
    cell: (one) => {
      const at = merged.get(one.home);
      return at ? t`merged on ${format.date(at)}` : t`this customer from the start`;
    },
  };
  return (
    <Panel title={t`Identifiers`} note={t`An event with any of these joins this person.`} flush>
      <DataTable
        label={t`Identifiers`}
        rows={identity.identifiers}
        rowKey={keyOf}
        columns={[
          { key: "kind", header: t`Kind`, cell: (one) => name(one.kind) },
          {
            key: "value",
            header: t`Value`,
            cell: (one) => (
              <Group gap={4}>
                <Group gap={4} wrap="nowrap">
                  <Code style={{ overflowWrap: "anywhere" }}>{one.value}</Code>
                  <CopyIcon value={one.value} label={t`Copy ${one.value}`} />
                </Group>
                {disputed.has(keyOf(one)) && (
                  <Badge variant="default" miw="max-content" style={{ borderStyle: "dashed" }}>
                    {t`in dispute`}
                  </Badge>
                )}
              </Group>
            ),
          },
          { key: "source", header: t`Source`, from: "md", cell: origin },
          ...(identity.merges.length > 0 ? [home] : []),
          { key: "first", header: t`First seen`, from: "sm", cell: (one) => <Time at={one.first_seen} style="date" /> },
          { key: "last", header: t`Last seen`, from: "sm", cell: (one) => <Time at={one.last_seen} /> },
        ]}
      />
    </Panel>
  );
}
