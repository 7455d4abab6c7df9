import { describe, expect, it } from "vitest";
import { namedIn } from "./audit-words";

describe("an entry of the audit log", () => {
  it("is about the thing its sentence names, if any", () => {
    expect(namedIn('changed the campaign "Spring in your step"')).toBe("Spring in your step");
    expect(namedIn('changed the segment "Wants \\"new\\" shoes"')).toContain("shoes");
    expect(namedIn("sent a test to 2 addresses")).toBeNull();
  });
});
