import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** What gives a page shared memory, and with it threads and a finer clock. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  server: {
    headers,
    // a measurement is not to be interrupted by an edit
    hmr: false,
    // the built package lies outside
    fs: { allow: [fileURLToPath(new URL("../..", import.meta.url))] },
  },
  // known beforehand: a dependency that is discovered later reloads the page
  optimizeDeps: { include: ["tinybench", "uplot"] },
});
