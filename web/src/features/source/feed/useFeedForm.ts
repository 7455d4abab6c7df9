/** Setting up a feed. */
import type { Connection, FeedDefinition } from "../connect/types";
import { type DefinitionForm, useDefinitionForm } from "../connect/useDefinitionForm";
import { newFeed, toSend } from "./model";

export type FeedFormProps = {
  name: string;
  /** What there is already; null while it is made. */
  connection: Connection | null;
  definition?: FeedDefinition;
  onSaved: (connection: Connection) => void;
};

export type FeedForm = DefinitionForm<FeedDefinition>;

export function useFeedForm({ name, connection, definition: stored, onSaved }: FeedFormProps): FeedForm {
  return useDefinitionForm({ first: { ...newFeed(), ...stored }, connection, name, toSend, onSaved });
}
