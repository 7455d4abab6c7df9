/** A folder of the server, or a part of a bucket, that is watched for files. Pure. */
import { FIRST } from "../connect/schedule";
import type { FolderDefinition, ObjectStore, Sent } from "../connect/types";

export type Place = "folder" | "object_store";
export const placeOf = (definition: FolderDefinition): Place => (definition.object_store ? "object_store" : "folder");

export const newStore = (): ObjectStore => ({
  endpoint: "",
  bucket: "",
  prefix: "",
  region: "us-east-1",
  key_id: "",
  secret: "",
  secret_set: false,
});

export const newFolder = (): FolderDefinition => ({
  kind: "folder",
  folder: "",
  pattern: "*.csv",
  import_kind: "customers",
  mapping: { columns: {} },
  schedule: FIRST,
  after: "keep",
});

/** Another place keeps what files are called and mean. Objects stay where they are. */
export function withPlace(definition: FolderDefinition, place: Place, folder: string): FolderDefinition {
  if (place === placeOf(definition)) return definition;
  const { object_store: _store, ...rest } = definition;
  if (place === "folder") return { ...rest, folder };
  return { ...rest, folder: "", after: "keep", object_store: newStore() };
}

function storeToSend({ secret_set: _set, secret, ...store }: ObjectStore): Sent<"folder">["object_store"] {
  return {
    endpoint: store.endpoint.trim().replace(/\/+$/, ""),
    bucket: store.bucket.trim(),
    prefix: store.prefix.trim().replace(/^\/+|\/+$/g, ""),
    region: store.region.trim() || newStore().region,
    key_id: store.key_id.trim(),
    ...(secret ? { secret } : {}),
  };
}

/** As it is sent: the one place, and no secret that was not typed. */
export function toSend({ folder, object_store, ...definition }: FolderDefinition): Sent<"folder"> {
  const pattern = definition.pattern.trim();
  if (object_store) return { ...definition, pattern, object_store: storeToSend(object_store) };
  return { ...definition, pattern, folder: folder.trim().replace(/(.)\/+$/, "$1") };
}

/** Everything is there that a look needs. */
export function isFilled({ folder, object_store, pattern }: FolderDefinition): boolean {
  const said = (text: string | undefined | null) => (text ?? "").trim() !== "";
  if (!said(pattern)) return false;
  if (!object_store) return said(folder);
  const { endpoint, bucket, key_id, secret, secret_set } = object_store;
  return said(endpoint) && said(bucket) && said(key_id) && (said(secret) || secret_set);
}

/** Whether a folder is one of those that may be watched, or inside one; the server has the last word. */
export function isAllowed(folder: string, roots: readonly string[]): boolean {
  const path = folder.trim().replace(/\/+$/, "");
  if (path.split("/").includes("..")) return false;
  return roots.some((root) => path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`));
}

/** Whether a file's name fits: `*` is anything, `?` one character. */
export function fits(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "u").test(name);
}
