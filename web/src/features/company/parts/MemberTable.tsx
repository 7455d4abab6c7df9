import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { IconPencil, IconUserMinus } from "@tabler/icons-react";
import type { Company, CompanyMember } from "@/api/companies";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { type Column, DataTable } from "@/ui/DataTable";
import { Time } from "@/ui/Time";
import { undoable } from "@/ui/toast";
import { hideMember, refresh, removeMember, type State } from "../queries";
import { useOrigin } from "../words";

type Props = {
  company: Company;
  state: State;
  rows: CompanyMember[];
  onRole: (member: CompanyMember) => void;
  more: { has: boolean; loading: boolean; load: () => void };
};

export function MemberTable({ company, state, rows, onRole, more }: Props) {
  const { t } = useLingui();
  const origin = useOrigin();
  const mayEdit = useCan("profile.write");
  const leave = ({ profile }: CompanyMember) => {
    hideMember(company.id, profile.id);
    undoable({
      message: t`${format.person(profile.label)} belongs to ${company.name} no more`,
      commit: async () => {
        const { visible } = await removeMember(company.id, profile.id);
        await refresh(visible);
      },
      restore: () => void refresh(),
    });
  };
  const actions: Column<CompanyMember> = {
    key: "actions",
    header: "",
    width: 84,
    cell: (member) => {
      const name = format.person(member.profile.label);
      return (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <Tooltip label={t`Change the role`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`Change the role of ${name}`}
              onClick={() => onRole(member)}
            >
              <IconPencil size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t`Take out of the company`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`Take ${name} out of the company`}
              onClick={() => leave(member)}
            >
              <IconUserMinus size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      );
    },
  };
  const former = state === "former";
  return (
    <DataTable
      label={t`Members`}
      rows={rows}
      rowKey={({ profile }) => profile.id}
      rowHref={({ profile }) => paths.person(profile.id)}
      more={more}
      columns={[
        {
          key: "person",
          header: t`Person`,
          cell: ({ profile }) => (
            <>
              <span style={{ overflowWrap: "anywhere" }}>{format.person(profile.label)}</span>
              {profile.email && profile.email !== profile.label && (
                <Text size="sm" c="dimmed" component="span" display="block" style={{ overflowWrap: "anywhere" }}>
                  {profile.email}
                </Text>
              )}
            </>
          ),
        },
        { key: "role", header: t`Role`, cell: (member) => member.role ?? format.NOTHING },
        { key: "joined", header: t`Since`, from: "sm", cell: (member) => <Time at={member.joined_at} style="date" /> },
        former
          ? { key: "left", header: t`Left`, cell: (member) => <Time at={member.left_at} style="date" /> }
          : { key: "seen", header: t`Last seen`, from: "md", cell: ({ profile }) => <Time at={profile.last_seen} /> },
        {
          key: "orders",
          header: t`Orders`,
          numeric: true,
          from: "md",
          cell: ({ profile }) => format.number(profile.orders),
        },
        {
          key: "revenue",
          header: t`Revenue`,
          numeric: true,
          from: "md",
          cell: ({ profile }) => format.money(profile.revenue),
        },
        { key: "source", header: t`Source`, from: "lg", cell: (member) => origin(member.source) },
        ...(mayEdit && !former ? [actions] : []),
      ]}
    />
  );
}
