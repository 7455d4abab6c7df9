import { describe, expect, it } from "vitest";
import { fullMessage } from "../model";
import { sameName, starterDesign, templateDesign, withDesign } from "./designs";

const DESIGN = fullMessage({
  subject: "Hello",
  preheader: "It begins",
  from_name: "Stap",
  kind: "html",
  body: "<p>Design</p>",
  text: "Design",
});
const TEMPLATE = { id: "tpl_1", name: "Spring sale", message: DESIGN, version: 3, created_at: "", updated_at: "" };

describe("designs", () => {
  it("fill an empty message whole", () => {
    expect(withDesign(fullMessage(null), DESIGN)).toMatchObject({ ...DESIGN });
  });

  it("replace the body but nothing that was written around it", () => {
    const written = fullMessage({ subject: "Mine", from_email: "me@stap.example", body: "<mjml/>", text: "old" });
    const after = withDesign({ ...written, utm: { ...written.utm, campaign: "spring" } }, DESIGN);
    expect(after).toMatchObject({
      subject: "Mine",
      from_email: "me@stap.example",
      body: "<p>Design</p>",
      kind: "html",
    });
    expect(after).toMatchObject({ text: "Design", preheader: "It begins", from_name: "Stap" });
    expect(after.utm.campaign).toBe("spring");
  });

  it("of both kinds never share a key", () => {
    const starter = { id: "tpl_1", name: "x", description: "", message: DESIGN };
    expect(starterDesign(starter).key).not.toBe(templateDesign(TEMPLATE).key);
  });

  it("are found by name whatever the capitals and spaces", () => {
    expect(sameName([TEMPLATE], " spring SALE ")).toBe(TEMPLATE);
    expect(sameName([TEMPLATE], "spring")).toBeUndefined();
  });
});
