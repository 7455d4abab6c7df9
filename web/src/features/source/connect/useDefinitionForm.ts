/** Setting up what comes by itself: what was filled in, trying it out, saving it. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrors } from "@/api/errors";
import { changeConnection, createConnection, test } from "./queries";
import type { Connection, DatabaseDefinition, Definition, FeedDefinition, FolderDefinition, Tested } from "./types";

export type FormDefinition = FolderDefinition | DatabaseDefinition | FeedDefinition;

export type DefinitionOptions<D extends FormDefinition> = {
  first: D;
  /** What there is already; null while it is made. */
  connection: Connection | null;
  name: string;
  toSend: (definition: D) => Definition;
  onSaved: (connection: Connection) => void;
};

type Hearing<D> = { onTried?: (tested: Tested, setDefinition: (next: (before: D) => D) => void) => void };

export function useDefinitionForm<D extends FormDefinition>(options: DefinitionOptions<D> & Hearing<D>) {
  const { first, connection, name, toSend, onSaved, onTried } = options;
  const [definition, setDefinition] = useState(first);
  const [dirty, setDirty] = useState(false);
  const update = (next: (before: D) => D) => {
    setDirty(true);
    setDefinition(next);
  };
  const tried = useMutation({
    meta: { quiet: true },
    mutationFn: (asked: D) => test(toSend(asked), connection?.id),
    onSuccess: (tested) => onTried?.(tested, setDefinition),
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
  return {
    definition,
    dirty,
    update,
    change: (patch: Partial<D>) => update((before) => ({ ...before, ...patch })),
    replace: (next: D) => update(() => next),
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

export type DefinitionForm<D extends FormDefinition> = ReturnType<typeof useDefinitionForm<D>>;
