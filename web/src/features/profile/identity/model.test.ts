import { describe, expect, it } from "vitest";
import {
  branches,
  cameWith,
  dialogText,
  keyOf,
  mergeReason,
  parseDialog,
  preselected,
  sides,
  splitBody,
  splitObstacle,
  warningsOf,
  whyKept,
} from "./model";
import { conflict, identifier, identity, merge } from "./testing";
import type { TraitChoice } from "./types";

const nested = identity({
  identifiers: [
    identifier("email", "a@x.nl", "pro_a"),
    identifier("user_id", "b", "pro_b"),
    identifier("anonymous_id", "c", "pro_c"),
    identifier("anonymous_id", "d", "pro_d"),
  ],
  merges: [
    merge("pro_b", "pro_a", "2026-11-03T10:00:00Z"),
    merge("pro_c", "pro_b", "2026-11-01T10:00:00Z"),
    merge("pro_d", "pro_a", "2026-11-02T10:00:00Z"),
  ],
});

describe("what leaves when a merge is undone", () => {
  it("is what came with it, also through what it had taken in itself", () => {
    expect([...cameWith(nested.merges, "pro_b")]).toEqual(["pro_b", "pro_c"]);
    expect(preselected(nested, "pro_b")).toEqual(["user_id:b", "anonymous_id:c"]);
    expect(preselected(nested, "pro_d")).toEqual(["anonymous_id:d"]);
  });

  it("is nothing for a merge that is not there", () => {
    expect(preselected(nested, "pro_z")).toEqual([]);
  });

  it("is asked for by name, with who comes back", () => {
    expect(splitBody(nested, ["user_id:b", "email:gone"], "pro_b")).toEqual({
      identifiers: [{ kind: "user_id", value: "b" }],
      revive: "pro_b",
    });
    expect(splitBody(nested, ["email:a@x.nl"])).toEqual({ identifiers: [{ kind: "email", value: "a@x.nl" }] });
  });
});

describe("a split", () => {
  const alone = identity({ identifiers: [identifier("email", "a@x.nl", "pro_a"), identifier("phone", "1", "pro_a")] });

  it("cannot take nothing", () => {
    expect(splitObstacle(alone, [])).toBe("nothing");
    expect(splitObstacle(alone, ["email:not there"])).toBe("nothing");
  });

  it("can take everything only where something was merged", () => {
    expect(splitObstacle(alone, alone.identifiers.map(keyOf))).toBe("everything");
    expect(splitObstacle(nested, nested.identifiers.map(keyOf))).toBeNull();
    expect(splitObstacle(alone, ["phone:1"])).toBeNull();
  });
});

describe("branches", () => {
  it("are the person's own and one for each merge, oldest first", () => {
    expect(branches(nested).map((one) => [one.merge?.from, one.identifiers.map(keyOf)])).toEqual([
      [undefined, ["email:a@x.nl"]],
      ["pro_c", ["anonymous_id:c"]],
      ["pro_d", ["anonymous_id:d"]],
      ["pro_b", ["user_id:b"]],
    ]);
  });

  it("give an identifier of an unknown home to the person", () => {
    const odd = identity({ identifiers: [identifier("phone", "1", "pro_unknown")] });
    expect(branches(odd)[0]?.identifiers).toHaveLength(1);
  });
});

describe("the two sides of a dispute", () => {
  const other = { id: "pro_x", label: "Bea" };

  it("are told apart, also where what was merged made the claim", () => {
    const theirs = conflict({ profile: "pro_x", profile_label: "Bea", owner: "pro_a" });
    expect(sides(theirs, nested)).toEqual({ ours: false, other });
    const ours = conflict({ profile: "pro_c", owner: "pro_x", owner_label: "Bea" });
    expect(sides(ours, nested)).toEqual({ ours: true, other });
  });

  it("can be one side only", () => {
    expect(sides(conflict({ profile: "pro_a", owner: null }), nested)).toEqual({ ours: true, other: null });
  });
});

describe("reasons and warnings", () => {
  it("of a merge are read from what the server writes", () => {
    expect(mergeReason("identify declared user_id")).toEqual({ how: "identify", kind: "user_id" });
    expect(mergeReason("alias declared anonymous_id")).toEqual({ how: "alias", kind: "anonymous_id" });
    expect(mergeReason("track declared email")).toEqual({ how: "event", kind: "email" });
    expect(mergeReason("merged by hand")).toEqual({ how: "by_hand", kind: "" });
    expect(mergeReason("something new")).toBeNull();
  });

  it("before a merge are said once, by whatever name", () => {
    expect(warningsOf(["kept_apart", "two_user_ids", "many_user_id", "different_emails", "many_loyalty_card"])).toEqual(
      [
        { about: "kept_apart" },
        { about: "many", kind: "user_id" },
        { about: "many", kind: "email" },
        { about: "many", kind: "loyalty_card" },
      ],
    );
    expect(warningsOf(["of_tomorrow"])).toEqual([{ about: "other", code: "of_tomorrow" }]);
  });
});

describe("why a value stays", () => {
  const said = (value: unknown, at: string) => ({ name: "city", value, at, source: "system" });
  const early = said("google", "2026-11-01T00:00:00Z");
  const late = said("bing", "2026-11-09T00:00:00Z");
  const choice = (more: Partial<TraitChoice>): TraitChoice => ({
    name: "city",
    kept_from: "survivor",
    ...more,
  });

  it("goes by when the two were set", () => {
    expect(whyKept(choice({ survivor: late, merged: early }))).toBe("latest");
    expect(whyKept(choice({ name: "first_utm_source", survivor: early, merged: late }))).toBe("earliest");
    expect(whyKept(choice({ kept_from: "merged", survivor: early, merged: late }))).toBe("latest");
  });

  it("goes by the name where the times do not say", () => {
    expect(whyKept(choice({ name: "first_utm_source", survivor: said(1, early.at), merged: said(2, early.at) }))).toBe(
      "earliest",
    );
    expect(whyKept(choice({ survivor: said(1, early.at), merged: said(2, early.at) }))).toBe("latest");
  });

  it("is plain where there is no choice", () => {
    expect(whyKept(choice({ survivor: early, merged: null }))).toBe("only");
    expect(whyKept(choice({ survivor: early, merged: { ...late, value: "google" } }))).toBe("same");
  });
});

describe("the dialog in the address", () => {
  it("comes back as it was written", () => {
    for (const text of ["merge", "merge:pro_1", "split", "undo:pro_2"]) {
      expect(dialogText(parseDialog(text))).toBe(text);
    }
  });

  it("is none for anything else", () => {
    expect(parseDialog("")).toBeNull();
    expect(parseDialog("undo")).toBeNull();
    expect(parseDialog("erase:pro_1")).toBeNull();
    expect(dialogText(null)).toBe("");
  });
});
