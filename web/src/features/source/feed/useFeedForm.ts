/** Setting up a feed: what was filled in, trying it out, saving it. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrors } from "@/api/errors";
import { changeConnection, createConnection, test } from "../connect/queries";
import type { Connection, FeedDefinition } from "../connect/types";
import { newFeed, toSend } from "./model";

export type FeedFormProps = {
  name: string;
  /** What there is already; null while it is made. */
  connection: Connection | null;
  definition?: FeedDefinition;
  onSaved: (connection: Connection) => void;
};

export function useFeedForm({ name, connection, definition: stored, onSaved }: FeedFormProps) {
  const [definition, setDefinition] = useState({ ...newFeed(), ...stored });
  const [dirty, setDirty] = useState(false);
  const tried = useMutation({ meta: { quiet: true }, mutationFn: () => test(toSend(definition), connection?.id) });
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
    change: (patch: Partial<FeedDefinition>) => {
      setDirty(true);
      setDefinition((before) => ({ ...before, ...patch }));
    },
    tried,
    save,
    /** By the field's name. */
    problem: (field: keyof FeedDefinition & string) => problems[`definition.${field}`],
    /** What no field shows. */
    error: [save.error, tried.error].find((one) => one && Object.keys(fieldErrors(one)).length === 0) ?? null,
  };
}

export type FeedForm = ReturnType<typeof useFeedForm>;
