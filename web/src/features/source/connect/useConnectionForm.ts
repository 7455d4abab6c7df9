/** Setting up what is fetched: what was filled in, trying it out, saving it. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrors } from "@/api/errors";
import type { ImportKind, ImportMapping } from "@/api/types";
import { IGNORE } from "@/lib/columns";
import { changeConnection, createConnection, test } from "./queries";
import type { Connection, DatabaseDefinition, FolderDefinition, Tested } from "./types";

type Fetched = FolderDefinition | DatabaseDefinition;

type Options<D extends Fetched> = {
  first: D;
  /** What there is already; null while it is made. */
  connection: Connection | null;
  name: string;
  toSend: (definition: D) => D;
  onSaved: (connection: Connection) => void;
};

/** What was chosen by hand stays; new columns get what was suggested, those that are gone are forgotten. */
export function mergedColumns(tested: Tested, before: Record<string, string>): Record<string, string> {
  return Object.fromEntries(tested.columns.map(({ name, suggested }) => [name, before[name] ?? suggested ?? IGNORE]));
}

export function useConnectionForm<D extends Fetched>({ first, connection, name, toSend, onSaved }: Options<D>) {
  const [definition, setDefinition] = useState(first);
  const [dirty, setDirty] = useState(false);
  const change = (patch: Partial<D>) => {
    setDirty(true);
    setDefinition((before) => ({ ...before, ...patch }));
  };
  const replace = (next: D) => {
    setDirty(true);
    setDefinition(next);
  };
  const tried = useMutation({
    meta: { quiet: true },
    mutationFn: (asked: D) => test(toSend(asked), connection?.id),
    onSuccess: (tested) => {
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
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      connection
        ? changeConnection(connection.id, { definition: toSend(definition) })
        : createConnection(name, toSend(definition)),
    onSuccess: (saved) => {
      setDirty(false);
      onSaved(saved);
    },
  });
  const problems = { ...fieldErrors(tried.error), ...fieldErrors(save.error) };
  const setKind = (import_kind: ImportKind) => {
    const next = { ...definition, import_kind, mapping: { ...definition.mapping, columns: {} } };
    setDirty(true);
    setDefinition(next);
    // Other rows mean other columns: what was found is looked at anew.
    if (tried.data?.ok) tried.mutate(next);
  };
  return {
    definition,
    dirty,
    change,
    replace,
    setKind,
    setMapping: (mapping: Partial<ImportMapping>) => {
      setDirty(true);
      setDefinition((before) => ({ ...before, mapping }));
    },
    tried,
    tryOut: () => tried.mutate(definition),
    save,
    /** By the field's name. */
    problem: (field: keyof D & string) => problems[`definition.${field}`],
    /** By the field's path, of a field within a field. */
    problemAt: (path: string) => problems[`definition.${path}`],
    /** What no field shows. */
    error: [save.error, tried.error].find((one) => one && Object.keys(fieldErrors(one)).length === 0) ?? null,
  };
}

export type ConnectionForm<D extends Fetched> = ReturnType<typeof useConnectionForm<D>>;
