import { useLingui } from "@lingui/react/macro";
import { Box, Grid, Select, Stack, Text } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { campaignsQuery } from "@/api/query";
import { useGo, useParam, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { MessageList } from "../parts/MessageList";
import { MessageView } from "../parts/MessageView";
import { sandboxQuery } from "../queries";

export default function SandboxPage() {
  const { t } = useLingui();
  const go = useGo();
  const id = useParam("id");
  const [q, setQ] = useSearchValue("q");
  const [campaign, setCampaign] = useSearchValue("campaign");
  const campaigns = useQuery(campaignsQuery());
  const list = useInfiniteQuery(sandboxQuery({ q, campaign }));
  const messages = list.data?.pages.flatMap((page) => page.items);
  const keep = new URLSearchParams(Object.entries({ q, campaign }).filter(([, value]) => value !== "")).toString();
  const open = (message: string) => go(paths.sandboxMessage(message) + (keep ? `?${keep}` : ""));
  return (
    <Page
      title={t`Sandbox inbox`}
      description={t`What each person would have received. Nothing has left this server, but links are real: opening, clicking and unsubscribing count.`}
      back={id ? { to: paths.sandbox(), label: t`All messages` } : undefined}
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 4 }} visibleFrom={id ? "md" : undefined}>
          <Stack gap="sm">
            <SearchField value={q} onChange={setQ} label={t`Search recipient or subject`} />
            <Select
              aria-label={t`Campaign`}
              placeholder={t`All campaigns`}
              data={(campaigns.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))}
              value={campaign || null}
              onChange={(value) => setCampaign(value ?? "")}
              searchable
              clearable
              clearButtonProps={{ "aria-label": t`Clear` }}
            />
            <Panel flush>
              <QueryView query={{ ...list, data: messages }}>
                {(items) =>
                  items.length === 0 ? (
                    <EmptyState
                      icon={<IconInbox />}
                      title={q || campaign ? t`No message fits` : t`The inbox is empty`}
                      text={
                        q || campaign ? undefined : t`Send a campaign or a test while the sender is set to sandbox.`
                      }
                    />
                  ) : (
                    <MessageList
                      items={items}
                      current={id}
                      onOpen={open}
                      more={{
                        has: list.hasNextPage,
                        loading: list.isFetchingNextPage,
                        load: () => void list.fetchNextPage(),
                      }}
                    />
                  )
                }
              </QueryView>
            </Panel>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          {id ? (
            <MessageView key={id} id={id} />
          ) : (
            <Box visibleFrom="md">
              <Panel>
                <Text c="dimmed" ta="center" py="xl">
                  {t`Select a message to read it.`}
                </Text>
              </Panel>
            </Box>
          )}
        </Grid.Col>
      </Grid>
    </Page>
  );
}
