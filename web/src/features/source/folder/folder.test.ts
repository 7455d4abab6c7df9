import { describe, expect, it } from "vitest";
import type { Tested } from "../connect/types";
import { mergedColumns } from "../connect/useConnectionForm";
import { fits, isAllowed, isFilled, newFolder, newStore, placeOf, toSend, withPlace } from "./model";

describe("a watched folder", () => {
  it("is one of those that may be watched, or inside one", () => {
    const roots = ["/srv/in", "/data/"];
    expect(["/srv/in", "/srv/in/", "/srv/in/shop", "/data/x"].map((path) => isAllowed(path, roots))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["/srv/inside", "/srv", "/srv/in/../etc", "", "/other"].map((path) => isAllowed(path, roots))).toEqual(
      Array(5).fill(false),
    );
  });

  it("is sent without what is too much", () => {
    expect(toSend({ ...newFolder(), folder: " /srv/in/ ", pattern: " *.csv " })).toMatchObject({
      folder: "/srv/in",
      pattern: "*.csv",
    });
    expect(toSend({ ...newFolder(), folder: "/" }).folder).toBe("/");
  });

  it("lies on the server or in a bucket, and changes its place without forgetting what files are called", () => {
    const bucket = withPlace({ ...newFolder(), pattern: "*.jsonl", after: "move" }, "object_store", "/srv/in");
    expect(bucket).toMatchObject({ pattern: "*.jsonl", after: "keep", object_store: newStore() });
    expect(bucket.folder).toBe("");
    const back = withPlace(bucket, "folder", "/srv/in");
    expect([placeOf(bucket), placeOf(back), back.folder]).toEqual(["object_store", "folder", "/srv/in"]);
    expect(back).not.toHaveProperty("object_store");
  });

  it("in a bucket is sent without its secret unless one was typed", () => {
    const object_store = {
      ...newStore(),
      endpoint: "https://s3.example/ ",
      bucket: " b ",
      prefix: "/in/",
      key_id: "k",
    };
    const folder = { ...withPlace(newFolder(), "object_store", ""), object_store };
    expect(isFilled(folder)).toBe(false);
    expect(isFilled({ ...folder, object_store: { ...object_store, secret_set: true } })).toBe(true);
    const sent = toSend({ ...folder, object_store: { ...object_store, secret_set: true } });
    expect(sent.object_store).toEqual({
      endpoint: "https://s3.example",
      bucket: "b",
      prefix: "in",
      region: "us-east-1",
      key_id: "k",
    });
    expect(sent).not.toHaveProperty("folder");
    expect(toSend({ ...folder, object_store: { ...object_store, secret: "s" } }).object_store?.secret).toBe("s");
  });

  it("takes the files whose names fit", () => {
    const fitting = ["orders.csv", "orders-2026.csv", "orders.csv.part", "ordersXcsv"].filter((name) =>
      fits("orders*.csv", name),
    );
    expect(fitting).toEqual(["orders.csv", "orders-2026.csv"]);
    expect(fits("day?.csv", "day1.csv")).toBe(true);
    expect(fits("day?.csv", "day12.csv")).toBe(false);
    expect(fits("a(b).csv", "a(b).csv")).toBe(true);
  });
});

describe("the columns after a test", () => {
  const column = (name: string, suggested: string) => ({ name, suggested, examples: [] });
  const tested = { columns: [column("mail", "email"), column("x", "")] } as unknown as Tested;

  it("keep what was chosen by hand, and forget columns that are gone", () => {
    expect(mergedColumns(tested, {})).toEqual({ mail: "email", x: "ignore" });
    expect(mergedColumns(tested, { mail: "trait:mail", gone: "phone" })).toEqual({ mail: "trait:mail", x: "ignore" });
  });
});
