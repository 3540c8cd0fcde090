import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` shows the pages of this folder and asks a real `fermata serve` for everything else.
declare const process: { env: Record<string, string | undefined> };
const server = process.env.FERMATA_URL ?? "http://127.0.0.1:8787";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@rjsf/validator-ajv8": new URL("src/features/request/no-ajv.ts", import.meta.url).pathname } },
  build: {
    target: "es2022",
    assetsDir: "assets",
    sourcemap: false,
    // Everything comes from files of the own origin: nothing inline that a policy would have to allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
  },
  server: { proxy: { "/v1": server, "/docs": server, "/openapi.json": server } },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
});
