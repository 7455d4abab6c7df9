import { describe, expect, it } from "vitest";
import type { Import } from "@/api/types";
import {
  canGoOn,
  eventNameMissing,
  guessFormat,
  PREVIEW_BYTES,
  previewBytes,
  progress,
  rate,
  WORKBOOK_BYTES_MAX,
} from "./model";

const JOB: Import = {
  id: "imp_1",
  name: "customers.csv",
  kind: "customers",
  format: "csv",
  state: "running",
  rows_total: null,
  rows_done: 500,
  rows_accepted: 490,
  rows_rejected: 10,
  events_sent: 490,
  bytes_total: 1000,
  bytes_done: 250,
  created_at: "2026-11-22T10:00:00Z",
  started_at: "2026-11-22T10:00:00Z",
  finished_at: null,
  error: null,
  error_code: null,
  mapping: { columns: {} },
};

describe("an import", () => {
  it("knows how far it is by bytes until the rows are counted", () => {
    expect(progress(JOB)).toBe(0.25);
    expect(progress({ ...JOB, rows_total: 1000 })).toBe(0.5);
    expect(progress({ ...JOB, state: "finished" })).toBe(1);
  });

  it("measures its speed only after a second", () => {
    expect(rate(JOB, Date.parse("2026-11-22T10:00:00.400Z"))).toBeNull();
    expect(rate(JOB, Date.parse("2026-11-22T10:00:10Z"))).toBe(50);
  });

  it("goes on where it stopped unless the file itself is wrong", () => {
    expect(canGoOn(JOB)).toBe(false);
    expect(canGoOn({ ...JOB, state: "cancelled" })).toBe(true);
    expect(canGoOn({ ...JOB, state: "failed", error_code: "database_unavailable" })).toBe(true);
    expect(canGoOn({ ...JOB, state: "failed", error_code: "no_row_imported" })).toBe(false);
  });

  it("guesses the format by the name of the file", () => {
    expect(guessFormat("Klanten 2026.CSV")).toBe("csv");
    expect(guessFormat("orders.ndjson")).toBe("jsonl");
    expect(guessFormat("Bellijst.XLSX")).toBe("xlsx");
    expect(guessFormat("orders.parquet")).toBe("parquet");
  });
});

describe("looking into a file", () => {
  it("takes the beginning, the whole of a workbook, nothing of Parquet", () => {
    expect(previewBytes("csv", 10_000_000)).toBe(PREVIEW_BYTES);
    expect(previewBytes("xlsx", 10_000_000)).toBe(10_000_000);
    expect(previewBytes("xlsx", WORKBOOK_BYTES_MAX + 1)).toBeNull();
    expect(previewBytes("parquet", 10)).toBeNull();
  });

  it("asks what happened where no column says so", () => {
    expect(eventNameMissing("events", { a: "email" }, " ")).toBe(true);
    expect(eventNameMissing("events", { a: "event" }, "")).toBe(false);
    expect(eventNameMissing("events", { a: "email" }, "Called us")).toBe(false);
    expect(eventNameMissing("customers", { a: "email" }, "")).toBe(false);
  });
});
