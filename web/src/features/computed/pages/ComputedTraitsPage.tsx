import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Menu, Text } from "@mantine/core";
import { IconDots, IconMathFunction, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import * as format from "@/lib/format";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { DataTable } from "@/ui/DataTable";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { sorted } from "../model";
import { DeleteTrait } from "../parts/DeleteTrait";
import { Starters } from "../parts/Starters";
import { StatusView } from "../parts/StatusView";
import { UsedBy } from "../parts/UsedBy";
import { computedTraitsQuery } from "../queries";
import type { ComputedTrait } from "../types";

const fits = (items: ComputedTrait[], q: string) => {
  const needle = q.trim().toLowerCase();
  return items.filter((one) => `${one.name} ${one.sentence}`.toLowerCase().includes(needle));
};

export default function ComputedTraitsPage() {
  const { t, i18n } = useLingui();
  const go = useGo();
  const [q, setQ] = useSearchValue("q");
  const traits = useQuery(computedTraitsQuery(i18n.locale));
  const mayWrite = useCan("segment.write");
  useNamed(traits.data?.items);
  useShortcut("c", t`New computed trait`, () => mayWrite && go(paths.newComputedTrait()));
  const create = (
    <LinkButton to={paths.newComputedTrait()} leftSection={<IconPlus size={16} aria-hidden />}>
      <Trans>New computed trait</Trans>
    </LinkButton>
  );
  return (
    <Page
      title={t`Computed traits`}
      description={t`What Tutti works out for every customer from what they did. Use it in segments and messages like any other attribute.`}
      actions={mayWrite && create}
    >
      <QueryView query={traits}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Starters actions={mayWrite && create} />
            </Panel>
          ) : (
            <>
              <SearchField value={q} onChange={setQ} label={t`Search computed traits`} maw={360} />
              <Panel flush>
                {fits(items, q).length > 0 ? (
                  <TraitTable items={sorted(fits(items, q))} />
                ) : (
                  <EmptyState icon={<IconMathFunction />} title={t`No computed trait fits this search`} />
                )}
              </Panel>
            </>
          )
        }
      </QueryView>
    </Page>
  );
}

/** Another screen knows a trait by its name only: "?name=order_count" leads on to the trait. */
function useNamed(items: ComputedTrait[] | undefined): void {
  const go = useGo();
  const [name] = useSearchValue("name");
  const id = name ? items?.find((one) => one.name === name)?.id : undefined;
  useEffect(() => {
    if (id) go(paths.computedTrait(id), { replace: true });
  }, [id, go]);
}

function TraitTable({ items }: { items: ComputedTrait[] }) {
  const { t } = useLingui();
  return (
    <DataTable
      label={t`Computed traits`}
      rows={items}
      rowKey={(trait) => trait.id}
      rowHref={(trait) => paths.computedTrait(trait.id)}
      columns={[
        {
          key: "name",
          header: t`Computed trait`,
          cell: (trait) => (
            <Box component="span">
              <Text fw={500} component="span" style={{ overflowWrap: "anywhere" }}>
                {trait.name}
              </Text>
              <Text size="sm" c="dimmed" lineClamp={2} component="span" maw="60ch">
                {trait.sentence}
              </Text>
            </Box>
          ),
        },
        { key: "status", header: t`State`, cell: (trait) => <StatusView trait={trait} /> },
        { key: "people", header: t`People`, numeric: true, from: "sm", cell: (trait) => format.number(trait.people) },
        { key: "used", header: t`Used by`, from: "md", cell: (trait) => <UsedBy uses={trait.used_by} /> },
        { key: "changed", header: t`Changed`, from: "md", cell: (trait) => <Time at={trait.updated_at} /> },
        { key: "more", header: "", width: 44, cell: (trait) => <RowMenu trait={trait} /> },
      ]}
    />
  );
}

function RowMenu({ trait }: { trait: ComputedTrait }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  if (!useCan("segment.write")) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t`More for ${trait.name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconTrash size={15} aria-hidden />}
            color="red"
            disabled={trait.status === "removing"}
            onClick={() => setAsking(true)}
          >
            <Trans>Delete…</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <DeleteTrait trait={trait} opened={asking} onClose={() => setAsking(false)} />
    </>
  );
}
