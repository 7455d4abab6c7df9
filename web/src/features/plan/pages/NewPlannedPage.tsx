import { useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { toastDone } from "@/ui/toast";
import { type Draft, draftBody, newDraft, plannedProperties, refKey } from "../model";
import { EventEditor } from "../parts/EventEditor";
import { createPlanned, refresh, suggestionsQuery } from "../queries";
import { KINDS, type Kind } from "../types";

const asKind = (text: string): Kind => KINDS.find((one) => one === text) ?? "track";

/** A new entry; with a kind and name in the address it begins with what has arrived of it. */
export default function NewPlannedPage() {
  const { t } = useLingui();
  const go = useGo();
  const [kindText] = useSearchValue("kind", "track");
  const [name] = useSearchValue("name");
  const kind = asKind(kindText);
  const mayLook = useCan("event.read") && name !== "";
  const suggestions = useQuery({ ...suggestionsQuery, enabled: mayLook });
  const seen = suggestions.data?.items.find((one) => refKey(one) === refKey({ kind, name }));
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (draft: Draft) => createPlanned(draftBody(draft)),
    onSuccess: async (event) => {
      toastDone(t`Planned`);
      await refresh();
      go(paths.planned(event.id), { replace: true });
    },
  });
  const save = (draft: Draft) =>
    create.mutateAsync(draft).then(
      () => true,
      () => false,
    );
  if (mayLook && suggestions.isPending) return null;
  return (
    <EventEditor
      title={t`Plan an event`}
      initial={newDraft(kind, name, seen ? plannedProperties(seen) : [])}
      saving={create.isPending}
      error={create.error}
      onSave={save}
    />
  );
}
