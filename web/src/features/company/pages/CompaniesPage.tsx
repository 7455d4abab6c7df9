import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select } from "@mantine/core";
import { IconBuildings, IconPlus, IconTableImport } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { isOrder, ORDERS } from "../model";
import { AddCompany } from "../parts/AddCompany";
import { CompanyTable } from "../parts/CompanyTable";
import { WaysIn } from "../parts/WaysIn";
import { companiesQuery } from "../queries";
import { useOrderWords } from "../words";

export default function CompaniesPage() {
  const { t } = useLingui();
  const [q, setQ] = useSearchValue("q");
  const [sort, setSort] = useSearchValue("sort", "last_seen");
  const [isNew, setIsNew] = useSearchValue("new");
  const words = useOrderWords();
  const mayWrite = useCan("profile.write");
  const companies = useInfiniteQuery(companiesQuery({ q, sort: isOrder(sort) ? sort : "last_seen" }));
  const rows = companies.data?.pages.flatMap((page) => page.items);
  useShortcut("c", t`Add a company`, () => mayWrite && setIsNew("1"));
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setIsNew("1")}>
      <Trans>Add a company</Trans>
    </Button>
  );
  return (
    <Page
      title={t`Companies`}
      description={t`The businesses your customers work for, with everybody known of each.`}
      actions={add}
    >
      <Group gap="sm">
        <SearchField value={q} onChange={setQ} label={t`Search by name, domain or ID`} style={{ flex: "1 1 260px" }} />
        <Select
          aria-label={t`Order`}
          allowDeselect={false}
          disabled={q !== ""}
          data={ORDERS.map((value) => ({ value, label: words[value] }))}
          value={isOrder(sort) ? sort : "last_seen"}
          onChange={(value) => setSort(value ?? "last_seen")}
        />
      </Group>
      <QueryView query={{ ...companies, data: rows }}>
        {(list) =>
          list.length > 0 ? (
            <Panel flush>
              <CompanyTable
                rows={list}
                more={{
                  has: companies.hasNextPage,
                  loading: companies.isFetchingNextPage,
                  load: () => void companies.fetchNextPage(),
                }}
              />
            </Panel>
          ) : q ? (
            <Panel>
              <EmptyState
                icon={<IconBuildings />}
                title={t`No company fits this search`}
                text={t`The beginning of a name or domain is found, and a whole ID.`}
                actions={<LinkButton to={paths.companies()} variant="default">{t`Show all companies`}</LinkButton>}
              />
            </Panel>
          ) : (
            <Panel>
              <EmptyState
                icon={<IconBuildings />}
                title={t`No company is known yet`}
                text={t`A company is a business, a school or a club with several of your customers in it. Once it is known, you see what its people do and buy together.`}
                actions={
                  <>
                    {add}
                    <LinkButton
                      to={paths.newImport("companies")}
                      variant="default"
                      leftSection={<IconTableImport size={16} aria-hidden />}
                    >{t`Import companies`}</LinkButton>
                  </>
                }
              >
                <WaysIn />
              </EmptyState>
            </Panel>
          )
        }
      </QueryView>
      {isNew === "1" && mayWrite && <AddCompany onClose={() => setIsNew("")} />}
    </Page>
  );
}
