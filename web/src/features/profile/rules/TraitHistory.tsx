/** Every value ever said of one attribute of a customer, which one holds, and the rule that chose it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Drawer, Stack, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { useOrigin } from "../identity/words";
import { traitHistoryQuery } from "./queries";
import type { Saying, TraitHistoryPage } from "./types";
import { useRuleSentence } from "./words";

type Props = { profile: string; trait: string | null; onClose: () => void };

export function TraitHistory({ profile, trait, onClose }: Props) {
  const { t } = useLingui();
  const name = trait ?? "";
  return (
    <Drawer
      opened={trait !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={t`History of ${name}`}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {trait !== null && <History profile={profile} trait={trait} />}
    </Drawer>
  );
}

function History({ profile, trait }: { profile: string; trait: string }) {
  const history = useInfiniteQuery(traitHistoryQuery(profile, trait));
  const first = history.data?.pages[0];
  const items = history.data?.pages.flatMap((page) => page.items) ?? [];
  const more = {
    has: history.hasNextPage,
    loading: history.isFetchingNextPage,
    load: () => void history.fetchNextPage(),
  };
  return (
    <QueryView query={{ ...history, data: first }}>
      {(page) => (
        <Stack>
          <Holds page={page} />
          {items.length === 0 ? (
            <Text size="sm" c="dimmed">
              <Trans>No event said anything about it.</Trans>
            </Text>
          ) : (
            <Sayings items={items} more={more} />
          )}
        </Stack>
      )}
    </QueryView>
  );
}

/** What holds, and why. */
function Holds({ page }: { page: TraitHistoryPage }) {
  const sentence = useRuleSentence();
  const pattern = page.rule.pattern ?? "";
  return (
    <Stack gap={4}>
      <Text fw={600} style={{ overflowWrap: "anywhere" }}>
        {format.value(page.value)}
      </Text>
      <Text size="sm">{sentence(page.rule)}</Text>
      <Text size="sm" c="dimmed">
        {pattern ? (
          <Trans>
            The line “{pattern}” of the{" "}
            <AppLink to={paths.identityRules()} underline="always">
              identity rules
            </AppLink>{" "}
            says so.
          </Trans>
        ) : (
          <Trans>
            No line of the{" "}
            <AppLink to={paths.identityRules()} underline="always">
              identity rules
            </AppLink>{" "}
            is about it, so it is as usual.
          </Trans>
        )}
      </Text>
    </Stack>
  );
}

type SayingsProps = { items: Saying[]; more: { has: boolean; loading: boolean; load: () => void } };

function Sayings({ items, more }: SayingsProps) {
  const { t } = useLingui();
  const origin = useOrigin();
  return (
    <DataTable
      label={t`Everything that was said`}
      rows={items.map((item, at) => ({ ...item, key: `${item.event ?? ""}:${at}` }))}
      rowKey={(item) => item.key}
      more={more}
      columns={[
        {
          key: "value",
          header: t`Value`,
          cell: (item) => (
            <Stack gap={2} align="flex-start">
              {item.taken_back ? (
                <Text size="sm" fs="italic">
                  <Trans>taken back</Trans>
                </Text>
              ) : (
                <Text size="sm" fw={item.holds ? 600 : undefined} style={{ overflowWrap: "anywhere" }}>
                  {format.value(item.value)}
                </Text>
              )}
              {item.holds && (
                <Badge variant="light" color="teal" leftSection={<IconCheck size={12} aria-hidden />}>
                  {t`holds`}
                </Badge>
              )}
            </Stack>
          ),
        },
        { key: "source", header: t`Source`, cell: origin },
        { key: "at", header: t`When`, cell: (item) => <Time at={item.at} style="dateTime" /> },
      ]}
    />
  );
}
