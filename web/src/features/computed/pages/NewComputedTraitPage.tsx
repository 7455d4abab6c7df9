import { useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { eventNamesQuery, traitsQuery } from "@/api/query";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { QueryView } from "@/ui/states";
import { toastDone, toastError } from "@/ui/toast";
import { emptyDraft, starters } from "../model";
import { Editor } from "../parts/Editor";
import { aggregatesQuery, create, refresh } from "../queries";
import type { Aggregate } from "../types";
import { mistakesOf } from "../words";

export default function NewComputedTraitPage() {
  const { t } = useLingui();
  const aggregates = useQuery(aggregatesQuery);
  const names = useQuery(eventNamesQuery);
  const traits = useQuery(traitsQuery);
  const known = names.data?.items.map((item) => item.name);
  const taken = traits.data?.items.map((item) => item.name);
  if (aggregates.data && known && taken) {
    return <NewTrait aggregates={aggregates.data.items} names={known} taken={taken} />;
  }
  return (
    <Page title={t`New computed trait`} back={{ to: paths.computedTraits(), label: t`Computed traits` }}>
      {[aggregates, names, traits].map((query, at) => (
        <QueryView key={at} query={query as typeof aggregates} loading={at === 0 ? undefined : <span />}>
          {() => null}
        </QueryView>
      ))}
    </Page>
  );
}

function NewTrait({ aggregates, names, taken }: { aggregates: Aggregate[]; names: string[]; taken: string[] }) {
  const { t } = useLingui();
  const go = useGo();
  const [starter] = useSearchValue("starter");
  const begin = starters(names).find((one) => one.name === starter);
  const make = useMutation({
    meta: { quiet: true },
    mutationFn: create,
    onSuccess: async (trait) => {
      await refresh();
      toastDone(t`“${trait.name}” is saved and being worked out for everybody`);
      go(paths.computedTrait(trait.id), { replace: true });
    },
    // What is said at a field needs no toast.
    onError: (error) => mistakesOf(error).length === 0 && toastError(error),
  });
  return (
    <Editor
      title={t`New computed trait`}
      back={{ to: paths.computedTraits(), label: t`Computed traits` }}
      initial={{ name: "", description: "", draft: begin?.draft ?? emptyDraft() }}
      aggregates={aggregates}
      taken={taken}
      saving={make.isPending}
      refusal={make.error}
      onSave={(body) =>
        make.mutateAsync(body).then(
          () => true,
          () => false,
        )
      }
    />
  );
}
