/** Takes a topic off the preference page, or puts it back; archiving can be undone at once. */
import { useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { type Topic, topicName } from "@/api/consent";
import { toastOffer } from "@/ui/toast";
import { bodyOf } from "./model";
import { refresh, updateTopic } from "./queries";

export function useArchiveTopic() {
  const { t, i18n } = useLingui();
  const put = useMutation({
    mutationFn: ({ topic, archived }: { topic: Topic; archived: boolean }) =>
      updateTopic(topic, bodyOf(topic), archived),
    onSettled: refresh,
  });
  const restore = (topic: Topic) => put.mutate({ topic, archived: false });
  const archive = async (topic: Topic) => {
    // A failure is said by the mutation itself.
    const archived = await put.mutateAsync({ topic, archived: true }).catch(() => null);
    if (!archived) return;
    const name = topicName(archived, i18n.locale);
    toastOffer({ message: t`“${name}” is archived`, label: t`Undo`, act: () => restore(archived) });
  };
  return { archive: (topic: Topic) => void archive(topic), restore, isPending: put.isPending };
}
