import { useLingui } from "@lingui/react/macro";
import { Group, Select } from "@mantine/core";
import { IconAddressBook, IconChartHistogram, IconUsersGroup } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { segmentsQuery } from "@/api/query";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { ColumnPicker, useColumns } from "../parts/columns";
import { PeopleTable } from "../parts/PeopleTable";
import { peopleQuery } from "../queries";

export default function PeoplePage() {
  const { t } = useLingui();
  const [q, setQ] = useSearchValue("q");
  const [segment, setSegment] = useSearchValue("segment");
  const [sort, setSort] = useSearchValue("sort", "last_seen");
  const columns = useColumns();
  const mayReport = useCan("report.read");
  const segments = useQuery(segmentsQuery);
  const people = useInfiniteQuery(peopleQuery({ q, segment, sort }));
  const rows = people.data?.pages.flatMap((page) => page.items);
  return (
    <Page
      title={t`People`}
      description={t`Everybody known from any channel, one entry per person.`}
      actions={
        <>
          {mayReport && (
            <LinkButton
              to={paths.scores()}
              variant="default"
              leftSection={<IconChartHistogram size={16} aria-hidden />}
            >{t`RFM scores`}</LinkButton>
          )}
          <LinkButton
            to={paths.duplicates()}
            variant="default"
            leftSection={<IconUsersGroup size={16} aria-hidden />}
          >{t`Duplicates`}</LinkButton>
        </>
      }
    >
      <Group gap="sm">
        <SearchField
          value={q}
          onChange={setQ}
          label={t`Search by name, e-mail, phone or any ID`}
          style={{ flex: "1 1 260px" }}
        />
        <Select
          aria-label={t`Segment`}
          placeholder={t`All segments`}
          data={(segments.data?.items ?? []).map((item) => ({ value: item.id, label: item.name }))}
          value={segment || null}
          onChange={(value) => setSegment(value ?? "")}
          searchable
          clearable
          clearButtonProps={{ "aria-label": t`Clear` }}
        />
        <Select
          aria-label={t`Order`}
          allowDeselect={false}
          data={[
            { value: "last_seen", label: t`Seen last first` },
            { value: "created", label: t`Newest first` },
          ]}
          value={sort}
          onChange={(value) => setSort(value ?? "last_seen")}
        />
        <ColumnPicker {...columns} />
      </Group>
      <Panel flush>
        <QueryView query={{ ...people, data: rows }}>
          {(list) =>
            list.length > 0 ? (
              <PeopleTable
                rows={list}
                shown={columns.shown}
                more={{
                  has: people.hasNextPage,
                  loading: people.isFetchingNextPage,
                  load: () => void people.fetchNextPage(),
                }}
              />
            ) : q || segment ? (
              <EmptyState
                icon={<IconAddressBook />}
                title={t`Nobody fits this search`}
                text={t`Whole e-mail addresses, phone numbers and IDs are found; parts of a name too.`}
                actions={<LinkButton to={paths.people()} variant="default">{t`Show everybody`}</LinkButton>}
              />
            ) : (
              <EmptyState
                icon={<IconAddressBook />}
                title={t`Nobody is known yet`}
                text={t`People appear when a source sends events or when you import a file of customers.`}
                actions={
                  <>
                    <LinkButton to={paths.newImport()}>{t`Import a file`}</LinkButton>
                    <LinkButton to={paths.sources()} variant="default">{t`Connect a source`}</LinkButton>
                  </>
                }
              />
            )
          }
        </QueryView>
      </Panel>
    </Page>
  );
}
