import { describe, expect, it } from "vitest";
import { EXAMPLE, newDatabase, queryHints, toSend, withEngine } from "./model";

const FILLED = {
  ...newDatabase(),
  host: " db.example ",
  database: "shop",
  user: "reader",
  password: "secret",
  query: " SELECT 1 ",
};

describe("a database", () => {
  it("is sent without what was left empty", () => {
    const sent = toSend({ ...FILLED, password_set: true });
    expect(sent).toMatchObject({
      host: "db.example",
      port: 5432,
      user: "reader",
      password: "secret",
      query: "SELECT 1",
    });
    expect(sent).not.toHaveProperty("password_set");
    expect(JSON.parse(JSON.stringify(sent))).not.toHaveProperty("cursor_column");
    expect(toSend({ ...FILLED, password: "" })).not.toHaveProperty("password");
  });

  it("that is a file has no host, user or password", () => {
    const sent = JSON.parse(JSON.stringify(toSend(withEngine(FILLED, "sqlite"))));
    expect(Object.keys(sent)).not.toEqual(expect.arrayContaining(["host"]));
    for (const name of ["host", "port", "user", "password"]) expect(sent).not.toHaveProperty(name);
    expect(sent.tls).toBe(false);
  });

  it("takes the usual port of its engine, but not away from who typed another", () => {
    expect(withEngine({ ...FILLED, port: 6543 }, "postgres").port).toBe(6543);
    expect(withEngine({ ...FILLED, port: 6543 }, "mysql").port).toBe(6543);
    expect(withEngine(FILLED, "mysql").port).toBe(3306);
    expect(withEngine(FILLED, "sqlite").port).toBeNull();
    expect(withEngine(withEngine(FILLED, "sqlite"), "postgres").port).toBe(5432);
  });

  it("says where to begin only with a column to go on from", () => {
    expect(toSend({ ...FILLED, start: "5" }).start).toBeUndefined();
    expect(toSend({ ...FILLED, start: "5", cursor_column: "id" })).toMatchObject({ start: "5", cursor_column: "id" });
  });
});

describe("a query", () => {
  it("that goes on from a column sorts by it and says since when", () => {
    expect(queryHints(EXAMPLE, "updated_at")).toEqual([]);
    expect(queryHints(EXAMPLE, "")).toEqual(["since_without_column"]);
    expect(queryHints("SELECT id FROM t", "id")).toEqual(["column_without_since", "not_sorted"]);
    expect(queryHints("SELECT id FROM t", null)).toEqual([]);
  });

  it("only reads", () => {
    expect(queryHints("DELETE FROM t", "")).toEqual(["not_a_select"]);
    expect(queryHints("-- all\nWITH a AS (SELECT 1) SELECT * FROM a", "")).toEqual([]);
    expect(queryHints("", "id")).toEqual([]);
  });

  it("is not fooled by a cast", () => {
    expect(queryHints("SELECT x::since FROM t", "")).toEqual([]);
  });
});
