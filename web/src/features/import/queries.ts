import { queryOptions } from "@tanstack/react-query";
import { api, upload } from "@/api/client";
import type { Import, ImportFormat, ImportKind, ImportMapping, ImportPreview, Page } from "@/api/types";
import { isRunning } from "./model";

const POLL_MS = 1000;
const base = "/api/v1/imports";
export const importPath = (id: string) => `${base}/${encodeURIComponent(id)}`;

export const importsQuery = queryOptions({
  queryKey: ["imports"],
  queryFn: ({ signal }) => api.get<Page<Import>>(base, { signal, query: { limit: 100 } }),
  refetchInterval: (query) => (query.state.data?.items.some(isRunning) ? POLL_MS : false),
});

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["imports", id],
    queryFn: ({ signal }) => api.get<Import>(importPath(id), { signal }),
    refetchInterval: (query) => (query.state.data && isRunning(query.state.data) ? POLL_MS : false),
  });

export type Look = { file: File; kind: ImportKind; format: ImportFormat; sheet: string | null };

/** What the server makes of the beginning of a file, or of a whole workbook. */
export function preview({ file, kind, format, sheet }: Look, bytes: number): Promise<ImportPreview> {
  const mapping = sheet === null ? null : JSON.stringify({ columns: {}, sheet });
  return api.post<ImportPreview>(`${base}/preview`, file.slice(0, bytes), {
    query: { kind, format, name: file.name, mapping },
    headers: { "content-type": "application/octet-stream" },
  });
}

type Start = { file: File; kind: ImportKind; format: ImportFormat; mapping: ImportMapping | null };

/** Sends the whole file; the answer comes when the last byte is kept, and the import goes on by itself. */
export function startImport({ file, kind, format, mapping }: Start, onProgress: (sent: number, total: number) => void) {
  const form = new FormData();
  form.set("kind", kind);
  form.set("format", format);
  form.set("name", file.name);
  if (mapping) form.set("mapping", JSON.stringify(mapping));
  form.set("file", file, file.name);
  return upload<Import>(base, form, onProgress);
}
