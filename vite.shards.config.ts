import { defineConfig, type Plugin } from "vite";

/** They are built on the package's entries, as anyone's program is. */
const onEntries: Plugin = {
  name: "on-entries",
  enforce: "pre",
  resolveId: (source) =>
    ["../index.js", "../compare/index.js"].includes(source) ? { id: source, external: "relative" } : undefined,
};

// logratio/shards and logratio/queue: for Node.
export default defineConfig({
  plugins: [onEntries],
  // an application installs the queue's libraries, if it wants them
  ssr: { noExternal: true, external: ["bullmq", "ioredis"] },
  build: {
    ssr: true,
    target: "es2022",
    minify: true,
    emptyOutDir: false,
    rolldownOptions: {
      input: {
        "shards/index": "src/shards/index.ts",
        "queue/index": "src/queue/index.ts",
        "queue/processor": "src/queue/processor.ts",
      },
      output: { entryFileNames: "[name].js", chunkFileNames: "shards/[name].js" },
    },
  },
});
