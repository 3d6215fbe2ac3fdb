import { defineConfig } from "vite";

export default defineConfig({
  // the worker is built already, but the bundler of an application is to find it
  plugins: [{ name: "show-worker", renderChunk: (code) => code.replace(/\/\* @vite-ignore \*\/\s*/, "") }],
  build: {
    target: "es2022",
    minify: true,
    emptyOutDir: false,
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "index.js" },
    // `const` at the top, not `var`: V8 then knows that the kernels' tables and constants do not change (a third faster)
    rolldownOptions: { output: { topLevelVar: false, chunkFileNames: "[name].js" } },
  },
});
