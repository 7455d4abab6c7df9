import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LANGUAGES } from "@/api/consent";
import { builtIn, INTRO, MAIL_SUBJECT, MAIL_TEXT, PURPOSE_TEXTS } from "./built-in";

const source = (file: string) => readFileSync(new URL(`../../../../crates/${file}`, import.meta.url), "utf8");
const PAGE = source("api/src/routes/public/words.rs");
const MAIL = source("consent/src/mail.rs");

test("the texts are those of the page and the mail", () => {
  for (const language of LANGUAGES) {
    expect(PAGE).toContain(`intro: ${JSON.stringify(INTRO[language])}`);
    for (const texts of Object.values(PURPOSE_TEXTS)) expect(PAGE).toContain(`, ${JSON.stringify(texts[language])})`);
    expect(MAIL).toContain(`subscribe_subject: ${JSON.stringify(MAIL_SUBJECT[language])}`);
    expect(MAIL).toContain(`subscribe_text: ${JSON.stringify(MAIL_TEXT[language])}`);
  }
});

test("they name the company where one is given", () => {
  expect(builtIn(INTRO, "en", " Fjord ")).toContain("what Fjord sends you");
  expect(builtIn(INTRO, "en", " ")).toContain("{company}");
});
