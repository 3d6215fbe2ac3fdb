import { defineConfig } from "vite";

// The worker, as one file: scripts/inlineWorker.mjs makes of it a text within the package.
export default defineConfig({
  build: {
    target: "es2022",
    minify: true,
    outDir: "build",
    emptyOutDir: false,
    lib: { entry: "src/worker.ts", formats: ["es"], fileName: () => "worker.js" },
    rolldownOptions: { output: { topLevelVar: false } },
  },
});
