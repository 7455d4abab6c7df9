/** What a file is, and how far an import is. Pure. */
import type { Import, ImportFormat, ImportKind } from "@/api/types";

/** Bytes of the file that the server looks at to suggest a mapping. */
export const PREVIEW_BYTES = 64 * 1024;

/** Bytes of a workbook that can be looked into beforehand: what its sheets are stands at its end. */
export const WORKBOOK_BYTES_MAX = 64 * 1024 * 1024;

export function guessFormat(filename: string): ImportFormat {
  const extension = filename.split(".").pop()?.toLowerCase();
  if (extension === "xlsx" || extension === "xlsm") return "xlsx";
  if (extension === "parquet" || extension === "pq") return "parquet";
  if (extension === "jsonl" || extension === "ndjson") return "jsonl";
  return "csv";
}

/** How much of a file the server wants to see beforehand; null: it can only be read as a whole, at the import. */
export function previewBytes(format: ImportFormat, size: number): number | null {
  if (format === "parquet") return null;
  if (format !== "xlsx") return PREVIEW_BYTES;
  return size <= WORKBOOK_BYTES_MAX ? size : null;
}

/** Rows of calls and visits need a name of what happened: from a column, or one for all. */
export function eventNameMissing(kind: ImportKind, columns: Record<string, string>, name: string): boolean {
  return kind === "events" && !Object.values(columns).includes("event") && name.trim() === "";
}

/** 0..1; by bytes, because the number of rows is known only at the end. */
export function progress(job: Import): number {
  if (job.state === "finished") return 1;
  if (job.rows_total) return Math.min(job.rows_done / job.rows_total, 1);
  if (job.bytes_total) return Math.min(job.bytes_done / job.bytes_total, 1);
  return 0;
}

export function isRunning(job: Import): boolean {
  return job.state === "running" || job.state === "uploading";
}

/** What going on would only meet again: the file itself has to be another one. */
const OF_THE_FILE = new Set(["broken_upload", "missing_column", "no_row_imported", "unreadable_file"]);

/** Whether an import that stopped can go on where it stopped. */
export function canGoOn(job: Import): boolean {
  const stopped = job.state === "cancelled" || job.state === "failed";
  return stopped && !OF_THE_FILE.has(job.error_code ?? "");
}

/** Rows a second since the start; null while it is too early to say. */
export function rate(job: Import, now: number): number | null {
  if (!job.started_at) return null;
  const end = job.finished_at ? Date.parse(job.finished_at) : now;
  const seconds = (end - Date.parse(job.started_at)) / 1000;
  return seconds >= 1 ? job.rows_done / seconds : null;
}
