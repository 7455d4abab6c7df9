import { describe, expect, it } from "vitest";
import type { Rule, TryProblem } from "../connect/types";
import { detailName, eachOf, leaves, matches, parsePath, pathText, placeOf, valueAt, withAll } from "./jsonpath";
import {
  cleanRule,
  fieldsOf,
  newRule,
  otherProblems,
  problemAt,
  valueIn,
  withDetail,
  withType,
  withValue,
} from "./model";
import { suggestRule } from "./suggest";

const ORDER = {
  id: "evt_1",
  topic: "order.placed",
  created_at: "2026-11-22T10:00:00Z",
  customer: { id: 12, email: "ann@example.com", "first name": "Ann" },
  total: 89.95,
  note: "",
  items: [
    { sku: "a", qty: 1 },
    { sku: "b", qty: 2 },
  ],
};

describe("a path", () => {
  it("is written as JSONPath and read back", () => {
    const paths: (string | number)[][] = [
      [],
      ["customer", "email"],
      ["items", 0, "sku"],
      ["it's", "a b"],
      ["back\\slash"],
    ];
    expect(paths.map(pathText)).toEqual([
      "$",
      "$.customer.email",
      "$.items[0].sku",
      "$['it\\'s']['a b']",
      "$['back\\\\slash']",
    ]);
    for (const path of paths) expect(parsePath(pathText(path))).toEqual(path);
  });

  it("finds what stands there, or says that only the server can", () => {
    expect(valueAt(ORDER, "$.customer['first name']")).toBe("Ann");
    expect(valueAt(ORDER, "$.items[*].sku")).toEqual(["a", "b"]);
    expect(valueAt(ORDER, "$.items[1].qty")).toBe(2);
    expect(valueAt(ORDER, "$.items[2].qty")).toBeUndefined();
    expect(valueAt(ORDER, "$.toString")).toBeUndefined();
    expect(matches(ORDER, "$..sku")).toBeNull();
    expect(matches(ORDER, "$.items[?@.qty > 1]")).toBeNull();
    expect(matches(ORDER, "customer")).toBeNull();
  });

  it("is relative where a rule makes an event of each item", () => {
    const each = eachOf(["items"]);
    expect(each).toBe("$.items[*]");
    expect(placeOf(["items", 1, "sku"], each)).toEqual({ path: "$.sku" });
    expect(placeOf(["customer", "id"], each)).toEqual({ path: "$.customer.id", whole: true });
    expect(placeOf(["customer", "id"], undefined)).toEqual({ path: "$.customer.id" });
  });

  it("takes one item of a list, or all", () => {
    expect(withAll("$.a[0].b[3].c", true)).toBe("$.a[0].b[*].c");
    expect(withAll("$.a[*].c", false)).toBe("$.a[0].c");
    expect(withAll("$.a.c", true)).toBe("$.a.c");
  });

  it("names a detail after its place", () => {
    expect(detailName(["order", "unitPrice"])).toBe("unit_price");
    expect(detailName(["items", 0])).toBe("items");
    expect(detailName(["First name"])).toBe("first_name");
    expect(detailName(["***"])).toBe("value");
  });

  it("leaves lists to whoever clicks them", () => {
    expect(leaves(ORDER).map(({ segments }) => segments.join("."))).not.toContain("items.0.sku");
    expect(leaves("text")).toEqual([{ segments: [], value: "text" }]);
  });
});

describe("a rule", () => {
  it("asks for what its kind of call has", () => {
    expect(fieldsOf("track")[0]).toBe("event");
    expect(fieldsOf("identify")).not.toContain("event");
    expect(fieldsOf("group")).toContain("group_id");
    expect(fieldsOf("alias")).toContain("previous_id");
  });

  it("keeps what it can when its kind changes", () => {
    const rule: Rule = {
      type: "track",
      event: { text: "Bought" },
      user_id: { path: "$.id" },
      properties: [{ name: "total", value: { path: "$.total" } }],
    };
    const who = withType(rule, "identify");
    expect(who).toEqual({ type: "identify", user_id: { path: "$.id" }, traits: rule.properties });
    expect(withType(who, "track")).toEqual({ ...rule, event: { text: "" } });
    expect(withType(rule, "alias")).toEqual({ type: "alias", user_id: { path: "$.id" } });
  });

  it("takes values and lets go of them", () => {
    const said = withValue(newRule(), { field: "email" }, { path: "$.customer.email" });
    expect(valueIn(said, { field: "email" })).toEqual({ path: "$.customer.email" });
    expect(withValue(said, { field: "email" }, undefined)).not.toHaveProperty("email");
    const two = withDetail(withDetail(newRule(), ["a", "price"]), ["b", "price"]);
    expect(two.properties?.map((one) => one.name)).toEqual(["price", "price_2"]);
    expect(withValue(two, { list: "properties", index: 0 }, undefined).properties).toEqual([
      { name: "price_2", value: { path: "$.b.price" } },
    ]);
    expect(withValue(newRule(), { list: "properties", index: 0 }, { text: "x" })).toEqual(newRule());
    expect(withDetail({ ...newRule(), each: "$.items[*]" }, ["items", 0, "qty"]).properties).toEqual([
      { name: "qty", value: { path: "$.qty" } },
    ]);
  });

  it("is sent without what was left empty", () => {
    const rule: Rule = {
      type: "track",
      name: " ",
      each: "",
      channel: "",
      event: { text: "Bought" },
      email: { path: " " },
      when: { value: { path: "$.state" }, equals: "" },
      properties: [{ name: "", value: { path: "$.a" } }],
    };
    expect(cleanRule(rule)).toEqual({ type: "track", event: { text: "Bought" }, when: { value: { path: "$.state" } } });
  });

  it("shows a problem at the field it is about, counted as it was sent", () => {
    const rule: Rule = {
      type: "track",
      properties: [
        { name: "", value: { text: "" } },
        { name: "total", value: { path: "$.total" } },
      ],
    };
    const problem = (pointer: string): TryProblem => ({ pointer, code: "bad_path", detail: "" });
    const problems = ["/rules/1/properties/0/value/path", "/rules/1/user_id", "/rules/1", "/rules/10/user_id"].map(
      problem,
    );
    expect(problemAt(problems, 1, rule, { list: "properties", index: 1 })).toBe(problems[0]);
    expect(problemAt(problems, 1, rule, { list: "properties", index: 0 })).toBeNull();
    expect(problemAt(problems, 1, rule, { field: "user_id" })).toBe(problems[1]);
    expect(problemAt(problems, 0, rule, { field: "user_id" })).toBeNull();
    expect(otherProblems(problems, 1, problems.slice(0, 2))).toEqual([problems[2]]);
  });
});

describe("a suggested rule", () => {
  it("knows values by their names", () => {
    const rule = suggestRule(ORDER, {});
    expect(rule).toMatchObject({
      type: "track",
      event: { path: "$.topic" },
      user_id: { path: "$.customer.id" },
      email: { path: "$.customer.email" },
      timestamp: { path: "$.created_at" },
      message_id: { path: "$.id" },
    });
    expect(rule.properties).toEqual([
      { name: "first_name", value: { path: "$.customer['first name']" } },
      { name: "total", value: { path: "$.total" } },
    ]);
  });

  it("listens to the headers of well-known systems first", () => {
    const rule = suggestRule({ id: 5 }, { "X-Shopify-Topic": "orders/create", "x-shopify-event-id": "e" });
    expect(rule.event).toEqual({ header: "x-shopify-topic" });
    expect(rule.message_id).toEqual({ header: "x-shopify-event-id" });
    expect(rule.properties).toEqual([{ name: "id", value: { path: "$.id" } }]);
  });

  it("asks for what it does not find, and gives no name twice", () => {
    const rule = suggestRule({ a: { city: "x" }, b: { city: "y" } }, {});
    expect(rule.event).toEqual({ text: "" });
    expect(rule.properties?.map((one) => one.name)).toEqual(["city", "b_city"]);
    expect(suggestRule("text", {})).toEqual({ type: "track", event: { text: "" }, properties: [] });
  });
});
