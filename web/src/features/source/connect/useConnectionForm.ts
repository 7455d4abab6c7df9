/** Setting up what is fetched row by row: the form of a definition, with what each column means. */
import { IGNORE } from "@/lib/columns";
import type { DatabaseDefinition, FolderDefinition, RowsKind, RowsMapping, Tested } from "./types";
import { type DefinitionOptions, useDefinitionForm } from "./useDefinitionForm";

type Fetched = FolderDefinition | DatabaseDefinition;

/** What was chosen by hand stays; new columns get what was suggested, those that are gone are forgotten. */
export function mergedColumns(tested: Tested, before: Record<string, string>): Record<string, string> {
  return Object.fromEntries(tested.columns.map(({ name, suggested }) => [name, before[name] ?? (suggested || IGNORE)]));
}

export function useConnectionForm<D extends Fetched>(options: DefinitionOptions<D>) {
  const form = useDefinitionForm<D>({
    ...options,
    onTried: (tested, setDefinition) => {
      if (!tested.ok || tested.columns.length === 0) return;
      setDefinition((before) => ({
        ...before,
        mapping: {
          ...tested.mapping,
          ...before.mapping,
          columns: mergedColumns(tested, before.mapping.columns ?? {}),
        },
      }));
    },
  });
  const { definition, update, replace, tried } = form;
  return {
    ...form,
    setKind: (import_kind: RowsKind) => {
      const next = { ...definition, import_kind, mapping: { ...definition.mapping, columns: {} } };
      replace(next);
      // Other rows mean other columns: what was found is looked at anew.
      if (tried.data?.ok) tried.mutate(next);
    },
    setMapping: (mapping: RowsMapping) => update((before) => ({ ...before, mapping })),
  };
}

export type ConnectionForm<D extends Fetched> = ReturnType<typeof useConnectionForm<D>>;
