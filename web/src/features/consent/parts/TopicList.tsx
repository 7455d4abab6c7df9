/** The topics in the order of the preference page: moved by dragging, by buttons, or with Alt and the arrow keys. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text, VisuallyHidden } from "@mantine/core";
import { IconPlus, IconTags } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Topic, topicsQuery } from "@/api/consent";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { moved } from "../model";
import { orderTopics, refresh, setTopics } from "../queries";
import classes from "./consent.module.css";
import { TopicDialog } from "./TopicDialog";
import { TopicRow } from "./TopicRow";

export function TopicList() {
  const { t } = useLingui();
  const topics = useQuery(topicsQuery);
  const mayWrite = useCan("consent.write");
  const [editing, setEditing] = useState<Topic | "new" | null>(null);
  useShortcut("c", t`New topic`, () => mayWrite && setEditing("new"));
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing("new")}>
      <Trans>New topic</Trans>
    </Button>
  );
  return (
    <>
      <QueryView query={topics}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <EmptyState
                icon={<IconTags />}
                title={t`Let people choose what they hear about`}
                text={t`A topic is something to subscribe to, such as news, offers or tips. Who can leave one topic does not have to leave everything. Campaigns with a topic only reach who wants it.`}
                actions={add}
              />
            </Panel>
          ) : (
            <Lists topics={items} mayWrite={mayWrite} onEdit={setEditing} add={add} />
          )
        }
      </QueryView>
      {editing && <TopicDialog topic={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
    </>
  );
}

type ListsProps = {
  topics: Topic[];
  mayWrite: boolean;
  onEdit: (topic: Topic) => void;
  add: ReactNode;
};

function Lists({ topics, mayWrite, onEdit, add }: ListsProps) {
  const { t } = useLingui();
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const live = topics.filter((topic) => !topic.archived);
  const archived = topics.filter((topic) => topic.archived);
  const order = useMutation({
    mutationFn: (next: Topic[]) => orderTopics(next.map((topic) => topic.key)),
    onSuccess: ({ items }) => setTopics(items),
    onError: () => void refresh(),
  });
  const move = (from: number, to: number, name: string) => {
    const next = moved(live, from, to);
    if (next === live) return;
    setTopics([...next, ...archived]);
    const place = to + 1;
    const all = live.length;
    setSaid(t`${name} is now number ${place} of ${all}`);
    order.mutate(next);
  };
  return (
    <Stack gap="md">
      <Panel title={t`Topics`} note={t`In this order they stand on the preference page.`} actions={add} flush>
        {live.length === 0 ? (
          <Text size="sm" c="dimmed" p="md">
            <Trans>All topics are archived.</Trans>
          </Text>
        ) : (
          <ol className={classes.topics} aria-label={t`Topics`}>
            {live.map((topic, at) => (
              <TopicRow
                key={topic.key}
                topic={topic}
                mayWrite={mayWrite}
                onEdit={() => onEdit(topic)}
                place={{
                  at,
                  of: live.length,
                  move: (to, name) => move(at, to, name),
                  dragged: dragged !== null && dragged !== at,
                  onDrag: (on) => setDragged(on ? at : null),
                  onDrop: (name) => {
                    if (dragged !== null) move(dragged, at, name);
                    setDragged(null);
                  },
                }}
              />
            ))}
          </ol>
        )}
        <VisuallyHidden role="status">{said}</VisuallyHidden>
      </Panel>
      {archived.length > 0 && (
        <Panel
          title={t`Archived`}
          note={
            <Plural
              value={archived.length}
              one="Not offered any more. What people said about it is kept as proof."
              other="Not offered any more. What people said about them is kept as proof."
            />
          }
          flush
        >
          <ul className={classes.topics} aria-label={t`Archived`}>
            {archived.map((topic) => (
              <TopicRow key={topic.key} topic={topic} mayWrite={mayWrite} onEdit={() => onEdit(topic)} place={null} />
            ))}
          </ul>
        </Panel>
      )}
      {mayWrite && live.length > 1 && (
        <Text size="xs" c="dimmed">
          <Trans>Drag a topic, use its arrows, or press Alt with an arrow key.</Trans>
        </Text>
      )}
    </Stack>
  );
}
