/** Who belongs to a company, and who did. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, SegmentedControl } from "@mantine/core";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Company, CompanyMember } from "@/api/companies";
import { useSearchValue } from "@/lib/nav";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { membersQuery, type State } from "../queries";
import { MemberDialog } from "./MemberDialog";
import { MemberTable } from "./MemberTable";

type Asked = { member: CompanyMember | null };

export function Members({ company }: { company: Company }) {
  const { t } = useLingui();
  const [chosen, choose] = useSearchValue("members", "current");
  const state: State = chosen === "former" ? "former" : "current";
  const mayEdit = useCan("profile.write");
  const [asked, ask] = useState<Asked | null>(null);
  const members = useInfiniteQuery(membersQuery(company.id, state));
  const rows = members.data?.pages.flatMap((page) => page.items);
  const add = mayEdit && (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() => ask({ member: null })}
    >
      <Trans>Add a member</Trans>
    </Button>
  );
  return (
    <Panel
      title={t`Members`}
      flush
      actions={
        <>
          {(company.former_members > 0 || state === "former") && (
            <SegmentedControl
              size="xs"
              aria-label={t`Which members`}
              value={state}
              onChange={choose}
              data={[
                { value: "current", label: t`Now` },
                { value: "former", label: t`Former` },
              ]}
            />
          )}
          {add}
        </>
      }
    >
      <QueryView query={{ ...members, data: rows }}>
        {(list) =>
          list.length > 0 ? (
            <MemberTable
              company={company}
              state={state}
              rows={list}
              onRole={(member) => ask({ member })}
              more={{
                has: members.hasNextPage,
                loading: members.isFetchingNextPage,
                load: () => void members.fetchNextPage(),
              }}
            />
          ) : state === "former" ? (
            <EmptyState icon={<IconUsers />} title={t`Nobody has left`} />
          ) : (
            <EmptyState
              icon={<IconUsers />}
              title={t`Nobody belongs to it yet`}
              text={t`Members come with what your website or app says, with an import, or by hand.`}
              actions={add}
            />
          )
        }
      </QueryView>
      {asked && <MemberDialog company={company} member={asked.member} onClose={() => ask(null)} />}
    </Panel>
  );
}
