/** A folder of the server that is watched for files. Pure. */
import { FIRST } from "../connect/schedule";
import type { FolderDefinition } from "../connect/types";

export const newFolder = (): FolderDefinition => ({
  kind: "folder",
  folder: "",
  pattern: "*.csv",
  import_kind: "customers",
  mapping: { columns: {} },
  schedule: FIRST,
  after: "keep",
});

export const toSend = (definition: FolderDefinition): FolderDefinition => ({
  ...definition,
  folder: definition.folder.trim().replace(/(.)\/+$/, "$1"),
  pattern: definition.pattern.trim(),
});

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
