/**
 * Runs the Lingui macros (`t`, `msg`, `<Trans>`, `<Plural>`) before the bundler compiles TypeScript.
 * Only files that import a macro pass through Babel; syntax is kept as TSX for the bundler's own transform.
 */
import { transformAsync } from "@babel/core";
import type { Plugin } from "vite";

const USES_MACRO = /@lingui\/(core|react)\/macro/;
const SOURCE = /\.tsx?$/;

export function linguiMacros(): Plugin {
  return {
    name: "lingui-macros",
    enforce: "pre",
    async transform(code, id) {
      const file = id.split("?", 1)[0] ?? id;
      if (!SOURCE.test(file) || file.includes("node_modules") || !USES_MACRO.test(code)) return null;
      const out = await transformAsync(code, {
        filename: file,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        retainLines: true,
        parserOpts: { plugins: ["jsx", "typescript"] },
        // The English text stays beside its key: a text that was not extracted yet shows in English, not as a key.
        plugins: [["@lingui/babel-plugin-lingui-macro", { stripMessageField: false }]],
      });
      return out?.code ? { code: out.code, map: out.map as never } : null;
    },
  };
}
