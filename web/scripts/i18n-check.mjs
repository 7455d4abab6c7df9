/**
 * Fails when the catalogues do not hold every text of the source, or when Dutch or Swedish lack a translation.
 * Frisian gaps are reported but do not fail. Values and tags must be the same in every language.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatter } from "@lingui/format-po";

const REQUIRED = ["nl", "sv"];
const WISHED = ["fy"];
const MAX_SHOWN = 20;

const po = formatter();
const folder = fileURLToPath(new URL("../src/i18n/locales/", import.meta.url));

async function catalogue(locale) {
  const text = readFileSync(`${folder}${locale}.po`, "utf8");
  return po.parse(text, { locale, sourceLocale: "en", filename: `${locale}.po` });
}

/** Which values and tags a text holds, in any order: the same in every language. */
function placeholders(text) {
  // What follows "one" or "other" is a form of a plural, not a value.
  const found = text.match(/(?<!(?:\bzero|\bone|\btwo|\bfew|\bmany|\bother|=\d+) )\{\w+(?=[,}])|<\/?\d+\/?>/g) ?? [];
  return [...new Set(found)].sort().join(" ");
}

const source = Object.entries(await catalogue("en")).filter(([, entry]) => !entry.obsolete);
let failed = false;

for (const locale of [...REQUIRED, ...WISHED]) {
  const messages = await catalogue(locale);
  const missing = source.filter(([id]) => !messages[id]?.translation);
  const names = missing.map(([id, entry]) => entry.message ?? id);
  console.log(`${locale}: ${source.length - missing.length} of ${source.length} texts`);
  for (const name of names.slice(0, MAX_SHOWN)) console.log(`  missing: ${name}`);
  if (names.length > MAX_SHOWN) console.log(`  … and ${names.length - MAX_SHOWN} more`);
  if (missing.length > 0 && REQUIRED.includes(locale)) failed = true;
  for (const [id, entry] of source) {
    const text = entry.message ?? id;
    const translation = messages[id]?.translation;
    if (!translation || placeholders(text) === placeholders(translation)) continue;
    console.log(`  values or tags differ: ${text}`);
    failed = true;
  }
}

process.exit(failed ? 1 : 0);
