/** Everybody the campaign wrote to, and what became of each message. */
import { useLingui } from "@lingui/react/macro";
import { Badge, Box, Group, Select, Stack, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Recipient } from "@/api/types";
import { useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { type Column, DataTable } from "@/ui/DataTable";
import { MessageState } from "@/ui/message-state";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { recipientsQuery } from "../queries";
import { MESSAGE_STATE_NAMES, useWords } from "../words";

const REFRESH_RUNNING_MS = 5_000;

export function Recipients({ id, running }: { id: string; running: boolean }) {
  const { t } = useLingui();
  const words = useWords();
  const [q, setQ] = useSearchValue("q");
  const [state, setState] = useSearchValue("message");
  const recipients = useInfiniteQuery({
    ...recipientsQuery(id, state, q),
    refetchInterval: running ? REFRESH_RUNNING_MS : false,
  });
  const rows = recipients.data?.pages.flatMap((page) => page.items);
  const columns: Column<Recipient>[] = [
    {
      key: "who",
      header: t`Person`,
      cell: (one) => (
        <Box component="span">
          <Text component="span" display="block" size="sm" fw={500}>
            {one.label}
          </Text>
          {one.label !== one.address && (
            <Text component="span" size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {one.address}
            </Text>
          )}
        </Box>
      ),
    },
    {
      key: "state",
      header: t`State`,
      cell: (one) => (
        <Box>
          <MessageState state={one.state} />
          {one.reason && (
            <Text size="xs" c="dimmed" maw="40ch">
              {words.reason(one.reason)}
            </Text>
          )}
        </Box>
      ),
    },
    { key: "sent", header: t`Sent`, from: "sm", cell: (one) => <Time at={one.sent_at} /> },
    {
      key: "reaction",
      header: t`Reaction`,
      from: "sm",
      cell: (one) => (
        <Group gap={4}>
          {one.opened_at && <Badge variant="light" color="blue">{t`Opened`}</Badge>}
          {one.clicked_at && <Badge variant="light" color="teal">{t`Clicked`}</Badge>}
          {one.machine && <Badge variant="light" color="gray">{t`Machine`}</Badge>}
        </Group>
      ),
    },
  ];
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SearchField value={q} onChange={setQ} label={t`Search by address`} style={{ flex: "1 1 220px" }} />
        <Select
          aria-label={t`State`}
          placeholder={t`All states`}
          clearable
          clearButtonProps={{ "aria-label": t`Clear` }}
          value={state || null}
          onChange={(value) => setState(value ?? "")}
          data={MESSAGE_STATE_NAMES.map((value) => ({ value, label: words.messageState(value) }))}
        />
      </Group>
      <Panel flush>
        <QueryView query={{ ...recipients, data: rows }}>
          {(list) =>
            list.length === 0 ? (
              <EmptyState icon={<IconUsers />} title={t`Nobody fits`} />
            ) : (
              <DataTable
                label={t`Recipients`}
                rows={list}
                rowKey={(one) => one.message_id}
                rowHref={(one) => paths.person(one.profile_id)}
                columns={columns}
                more={{
                  has: recipients.hasNextPage,
                  loading: recipients.isFetchingNextPage,
                  load: () => void recipients.fetchNextPage(),
                }}
              />
            )
          }
        </QueryView>
      </Panel>
    </Stack>
  );
}
