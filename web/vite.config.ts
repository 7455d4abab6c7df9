import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { linguiMacros } from "./macro-plugin.ts";

/** Where `npm run dev` finds the server; every path that is not the UI's own goes there. */
const SERVER = process.env.TUTTI_SERVER ?? "http://127.0.0.1:7700";

export default defineConfig({
  plugins: [linguiMacros(), react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    port: 7780,
    proxy: Object.fromEntries(
      ["^/api/(?!docs)", "/v1", "/t/", "/sdk", "/docs"].map((path) => [path, { target: SERVER }]),
    ),
  },
  build: {
    target: "es2022",
    sourcemap: false,
    // The policy allows no inline script: no preload polyfill, no inlined assets that are scripts.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // ECharts is one lazy chunk of about 600 KB before compression.
    chunkSizeWarningLimit: 700,
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
