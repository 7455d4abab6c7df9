/** By what a person is recognised, and which earlier entries were joined into this one. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Code, Group, Stack, Text } from "@mantine/core";
import type { Profile } from "@/api/types";
import { useSourceName } from "@/lib/sources";
import { CopyIcon } from "@/ui/copy";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";

export function useIdentifierNames(): (kind: string) => string {
  const { t } = useLingui();
  const names: Record<string, string> = {
    user_id: t`Customer number`,
    anonymous_id: t`Browser or device`,
    email: t`E-mail`,
    phone: t`Phone`,
    loyalty_card: t`Loyalty card`,
  };
  return (kind) => names[kind] ?? kind;
}

export function Identifiers({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const name = useIdentifierNames();
  const sourceName = useSourceName();
  return (
    <Stack gap="md">
      <Panel title={t`Identifiers`} note={t`An event with any of these joins this person.`} flush>
        <DataTable
          label={t`Identifiers`}
          rows={profile.identifiers}
          rowKey={(identifier) => `${identifier.kind}:${identifier.value}`}
          columns={[
            { key: "kind", header: t`Kind`, cell: (identifier) => name(identifier.kind) },
            {
              key: "value",
              header: t`Value`,
              cell: (identifier) => (
                <Group gap={4} wrap="nowrap">
                  <Code style={{ overflowWrap: "anywhere" }}>{identifier.value}</Code>
                  <CopyIcon value={identifier.value} label={t`Copy ${identifier.value}`} />
                </Group>
              ),
            },
            { key: "source", header: t`Source`, from: "md", cell: (identifier) => sourceName(identifier.source) },
            {
              key: "first",
              header: t`First seen`,
              from: "sm",
              cell: (one) => <Time at={one.first_seen} style="date" />,
            },
            { key: "last", header: t`Last seen`, from: "sm", cell: (one) => <Time at={one.last_seen} /> },
          ]}
        />
      </Panel>
      {profile.merged_from.length > 0 && (
        <Panel title={t`Joined entries`}>
          <Text size="sm" c="dimmed" mb="xs">
            <Trans>These entries turned out to be the same person. Their old addresses still lead here.</Trans>
          </Text>
          <Group gap="xs">
            {profile.merged_from.map((id) => (
              <Code key={id}>{id}</Code>
            ))}
          </Group>
        </Panel>
      )}
    </Stack>
  );
}
