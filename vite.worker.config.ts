import { defineConfig, type Plugin } from "vite";

/** A worker is given the whole binary at its start, and makes no engines: functions are there for their loops over rows alone. */
const loopsAlone: Plugin = {
  name: "loops-alone",
  enforce: "pre",
  transform(code, id) {
    if (id.endsWith("src/generated/modules.ts")) {
      return code.replace(/\{\s*code:\s*"[^"]*",\s*memoryFlags: \d+,\s*\};/g, "undefined;");
    }
    // nor can its text contain itself
    return id.endsWith("src/engine/engines.ts")
      ? "export const engineFor = undefined, runtimeFor = undefined;"
      : undefined;
  },
};

// The worker, as one file: scripts/inlineWorker.mjs makes of it a text within the package.
export default defineConfig({
  plugins: [loopsAlone],
  build: {
    target: "es2022",
    minify: true,
    outDir: "build",
    emptyOutDir: false,
    lib: { entry: "src/worker.ts", formats: ["es"], fileName: () => "worker.js" },
    rolldownOptions: { output: { topLevelVar: false } },
  },
});
