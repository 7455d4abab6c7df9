import { i18n } from "@lingui/core";
import { beforeAll, describe, expect, it } from "vitest";
import { effectOf } from "./words";

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

describe("what a change does to a kind", () => {
  const none = { kind: "email", over_limit: 0, blocked: 0, disabled: 0 };

  it("is one sentence for each thing that happens", () => {
    expect(effectOf({ ...none, over_limit: 1 }, "E-mail")).toEqual([
      "E-mail: 1 customer has more than the new limit, and keeps them.",
    ]);
    expect(effectOf({ ...none, blocked: 340, disabled: 2 }, "E-mail")).toEqual([
      "E-mail: 340 values of today would not be taken any more.",
      "E-mail: 2 values of today would not count any more.",
    ]);
    expect(effectOf(none, "E-mail")).toEqual([]);
  });
});
