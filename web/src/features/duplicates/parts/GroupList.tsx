/** Who may be one person, surest first. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { keyOf } from "../model";
import { groupsQuery, refreshGroups } from "../queries";
import type { Group, Status } from "../types";
import { useGroups } from "../useGroups";
import { BulkBar } from "./BulkBar";
import classes from "./duplicates.module.css";
import { GroupCard } from "./GroupCard";

export function GroupList({ status }: { status: Status }) {
  const { t } = useLingui();
  const mayWrite = useCan("profile.write");
  const groups = useGroups();
  const box = useRef<HTMLElement>(null);
  const cards = useRef(new Map<string, HTMLElement>());
  const query = useInfiniteQuery(groupsQuery(status));
  const updatedAt = status.update.finished_at ?? null;
  const shownAt = useRef(updatedAt);
  useEffect(() => {
    if (shownAt.current === updatedAt) return;
    shownAt.current = updatedAt;
    void refreshGroups();
  }, [updatedAt]);
  const shown = query.data?.pages.flatMap((page) => page.items).filter((group) => !groups.isGone(group));
  /** The focus goes on to the next group, not back to the top of the page. */
  const leave = (group: Group) => {
    const at = shown?.findIndex((one) => keyOf(one) === keyOf(group)) ?? -1;
    const next = shown?.[at + 1] ?? shown?.[at - 1];
    (next ? cards.current.get(keyOf(next)) : box.current)?.focus();
    groups.leave([group]);
  };
  return (
    <section ref={box} tabIndex={-1} aria-label={t`Suggestions`}>
      <QueryView query={{ ...query, data: shown }}>
        {(list) =>
          list.length === 0 && !query.hasNextPage ? (
            <Nothing status={status} />
          ) : (
            <Stack gap="md">
              <Title order={2} size="h4">
                <Trans>These may be the same person</Trans>
              </Title>
              {mayWrite ? (
                <BulkBar groups={groups} onDone={() => setTimeout(() => box.current?.focus())} />
              ) : (
                <Text size="sm" c="dimmed">
                  <Trans>Your role may look at suggestions, and not merge people.</Trans>
                </Text>
              )}
              <ul className={classes.list}>
                {list.map((group) => (
                  <li key={keyOf(group)}>
                    <GroupCard
                      group={group}
                      groups={groups}
                      mayWrite={mayWrite}
                      onLeave={() => leave(group)}
                      keep={(element) => {
                        if (element) cards.current.set(keyOf(group), element);
                        else cards.current.delete(keyOf(group));
                      }}
                    />
                  </li>
                ))}
              </ul>
              {query.hasNextPage && (
                <Center>
                  <Button
                    variant="default"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    <Trans>Show more</Trans>
                  </Button>
                </Center>
              )}
            </Stack>
          )
        }
      </QueryView>
    </section>
  );
}

function Nothing({ status }: { status: Status }) {
  const { t } = useLingui();
  if (status.state === "running" || status.state === "failed") return null;
  if (status.people === 0) {
    return (
      <Panel>
        <EmptyState
          icon={<IconCircleCheck />}
          title={t`There was nobody to compare`}
          text={t`People appear when a source sends events or when you import a file of customers.`}
          actions={<LinkButton to={paths.newImport()}>{t`Import a file`}</LinkButton>}
        />
      </Panel>
    );
  }
  const dealtWith = status.groups > 0;
  return (
    <Panel>
      <EmptyState
        icon={<IconCircleCheck />}
        title={dealtWith ? t`You have dealt with all suggestions` : t`No duplicates found`}
        text={t`New and changed customers are looked at by themselves: what is found appears here.`}
        actions={<LinkButton to={paths.people()} variant="default">{t`See the people`}</LinkButton>}
      >
        {!dealtWith && (
          <Text size="sm" c="dimmed">
            <Plural
              value={status.people}
              one="# person was compared with all others."
              other="# people were compared with each other."
            />
          </Text>
        )}
      </EmptyState>
    </Panel>
  );
}
