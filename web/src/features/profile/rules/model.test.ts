import { describe, expect, it } from "vitest";
import {
  addKind,
  addTrait,
  bodyOf,
  canMove,
  isFinished,
  linesOf,
  move,
  nameObstacle,
  OTHERS,
  placeOf,
  REGIONS,
  removeKind,
  sameRules,
  shifted,
  traitObstacle,
  withKind,
  withTrait,
} from "./model";
import { kind, rules } from "./testing";
import type { Rules } from "./types";

const order = (of: Rules) => linesOf(of).map((line) => line.key);
const priorities = (of: Rules) => linesOf(of).map((line) => line.priority);

describe("the order of kinds", () => {
  it("is by strength, the other kinds among them", () => {
    expect(order(rules())).toEqual(["user_id", "loyalty_card", OTHERS, "email", "device_id", "ios.id", "anonymous_id"]);
    expect(linesOf(rules()).map((line) => line.tied)).toEqual([false, false, false, false, false, true, false]);
  });

  it("begins with the customer number also when another is as strong", () => {
    const tied = rules({ kinds: [kind("crm_id", 10), kind("user_id", 10)] });
    expect(order(tied)[0]).toBe("user_id");
  });

  it("changes by one place, and those that were equal stay equal", () => {
    const next = move(rules(), "email", -1);
    expect(order(next)).toEqual(["user_id", "loyalty_card", "email", OTHERS, "device_id", "ios.id", "anonymous_id"]);
    expect(priorities(next)).toEqual([10, 20, 30, 40, 50, 50, 60]);
  });

  it("parts from its equals what is moved among them", () => {
    const next = move(rules(), "ios.id", -1);
    expect(order(next).slice(3, 6)).toEqual(["email", "ios.id", "device_id"]);
    expect(linesOf(next).some((line) => line.tied)).toBe(false);
  });

  it("moves the line of other kinds too", () => {
    const next = move(rules(), OTHERS, 1);
    expect(order(next).slice(2, 4)).toEqual(["email", OTHERS]);
    expect(next.other_kinds.limit).toBe(5);
    expect(next.kinds).toHaveLength(6);
  });

  it("lets nothing above the customer number, nor out of the list", () => {
    const lines = linesOf(rules());
    expect(canMove(lines, "user_id", 1)).toBe(false);
    expect(canMove(lines, "loyalty_card", -1)).toBe(false);
    expect(canMove(lines, "loyalty_card", 1)).toBe(true);
    expect(canMove(lines, "anonymous_id", 1)).toBe(false);
    const same = rules();
    expect(move(same, "loyalty_card", -1)).toBe(same);
  });

  it("stays within what may be sent, moved as often as one likes", () => {
    let many = rules();
    for (let at = 0; at < 50; at += 1) many = addKind(many, { kind: `own_${at}`, names: "person" });
    for (let times = 0; times < 60; times += 1) many = move(many, "anonymous_id", -1);
    expect(Math.max(...priorities(many))).toBeLessThanOrEqual(1000);
    expect(order(many)[1]).toBe("anonymous_id");
  });
});

describe("a kind of one's own", () => {
  it("comes in as strong as the others, and goes again", () => {
    const next = addKind(rules(), { kind: " crm_id ", names: "person" });
    expect(next.kinds.at(-1)).toMatchObject({ kind: "crm_id", custom: true, priority: 30, enabled: true });
    expect(removeKind(next, "crm_id").kinds).toEqual(rules().kinds);
    expect(removeKind(next, "email").kinds).toEqual(next.kinds);
  });

  it("needs a name that is new", () => {
    expect(nameObstacle(rules(), "  ", 50)).toBe("empty");
    expect(nameObstacle(rules(), "Email", 50)).toBe("known");
    expect(nameObstacle(rules(), "crm_id", 50)).toBeNull();
    expect(nameObstacle(addKind(rules(), { kind: "a", names: "person" }), "b", 1)).toBe("many");
  });
});

describe("which value stays", () => {
  const trust = { trait: "birthday", rule: "most_trusted" as const, sources: ["import"] };

  it("has sources only where they count", () => {
    const one = rules({ traits: [trust] });
    expect(withTrait(one, 0, { rule: "max" }).traits[0]?.sources).toEqual([]);
    expect(withTrait(one, 0, { trait: "birth" }).traits[0]).toEqual({ ...trust, trait: "birth" });
  });

  it("says what is missing", () => {
    const begun = addTrait(rules({ traits: [trust] }));
    expect(traitObstacle(begun, 0)).toBeNull();
    expect(traitObstacle(begun, 1)).toBe("trait");
    expect(traitObstacle(withTrait(begun, 1, { trait: "birthday " }), 1)).toBe("repeated");
    expect(traitObstacle(withTrait(begun, 0, { sources: [] }), 0)).toBe("sources");
    expect(isFinished(begun)).toBe(false);
    expect(isFinished(rules({ traits: [trust] }))).toBe(true);
    expect(isFinished(withKind(rules(), "email", { limit: 0 }))).toBe(false);
  });

  it("is read from top to bottom", () => {
    expect(shifted(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    const list = ["a", "b"];
    expect(shifted(list, 0, -1)).toBe(list);
    expect(shifted(list, 1, 1)).toBe(list);
  });
});

describe("a change", () => {
  it("is one only when something means something else", () => {
    const { kinds } = rules();
    expect(sameRules(rules(), rules({ kinds: [...kinds].reverse() }))).toBe(true);
    const short = kinds.map(({ blocked: _, custom: __, ...rest }) => rest);
    expect(sameRules(rules(), rules({ kinds: short }))).toBe(true);
    expect(sameRules(rules(), withKind(rules(), "email", { blocked: ["info@*"] }))).toBe(false);
    expect(sameRules(rules(), rules({ gmail_dots: true }))).toBe(false);
    expect(sameRules(rules(), move(move(rules(), "email", -1), "email", 1))).toBe(false);
  });

  it("is sent without the spaces around names", () => {
    const spaced = rules({ traits: [{ trait: " points ", rule: "sum", sources: [] }] });
    expect(bodyOf(spaced).traits[0]?.trait).toBe("points");
  });

  it("that was refused is said where it was made", () => {
    const one = rules({ traits: [{ trait: "a", rule: "max" }] });
    expect(placeOf(one, "/kinds/2/limit")).toEqual({ kind: "email" });
    expect(placeOf(one, "/kinds/2/blocked/0")).toEqual({ kind: "email" });
    expect(placeOf(one, "/other_kinds/priority")).toEqual({ kind: OTHERS });
    expect(placeOf(one, "/traits/0/sources")).toEqual({ trait: 0 });
    expect(placeOf(one, "/kinds/99/limit")).toBeNull();
    expect(placeOf(one, "/phone_region")).toBeNull();
  });
});

describe("countries", () => {
  it("are each there once, in two letters", () => {
    expect(new Set(REGIONS).size).toBe(REGIONS.length);
    expect(REGIONS.every((code) => /^[A-Z]{2}$/.test(code))).toBe(true);
    expect(REGIONS).toContain("NL");
  });
});
