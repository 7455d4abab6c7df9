/** What columns can mean, and how far an import is. Pure. */
import type { Import, ImportFormat, ImportKind } from "@/api/types";

export const FIELDS: Record<ImportKind, readonly string[]> = {
  customers: [
    "customer_id",
    "email",
    "phone",
    "first_name",
    "last_name",
    "name",
    "gender",
    "birthday",
    "street",
    "postal_code",
    "city",
    "country",
    "language",
    "loyalty_card",
    "created_at",
    "updated_at",
    "email_consent",
    "sms_consent",
  ],
  orders: [
    "order_id",
    "customer_id",
    "email",
    "phone",
    "loyalty_card",
    "ordered_at",
    "product_id",
    "product_name",
    "category",
    "brand",
    "size",
    "color",
    "quantity",
    "unit_price",
    "total",
    "discount",
    "shipping",
    "tax",
    "currency",
    "channel",
    "country",
    "coupon",
    "status",
  ],
};

export const IGNORE = "ignore";
/** Bytes of the file that the server looks at to suggest a mapping. */
export const PREVIEW_BYTES = 64 * 1024;

export function guessFormat(filename: string): ImportFormat {
  const extension = filename.split(".").pop()?.toLowerCase();
  if (extension === "parquet" || extension === "pq") return "parquet";
  if (extension === "jsonl" || extension === "ndjson") return "jsonl";
  return "csv";
}

/** Where a column goes when it is kept under its own name. */
export function ownTarget(kind: ImportKind, column: string): string {
  const name = column
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join("_");
  return `${kind === "customers" ? "trait" : "property"}:${name || "column"}`;
}

/** Fields that two columns claim: only one of them can have it. */
export function claimedTwice(columns: Record<string, string>): string[] {
  const seen = new Map<string, number>();
  for (const target of Object.values(columns)) {
    if (target !== IGNORE) seen.set(target, (seen.get(target) ?? 0) + 1);
  }
  return [...seen].filter(([, times]) => times > 1).map(([target]) => target);
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
