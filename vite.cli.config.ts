import { defineConfig, type Plugin } from "vite";

/** The command line is built on the package's own entries, as anyone's program is. */
const onEntries: Plugin = {
  name: "on-entries",
  enforce: "pre",
  resolveId: (source) =>
    ["../index.js", "../compare/index.js", "../sparse/index.js", "../counts/index.js", "../queue/index.js"].includes(
      source,
    )
      ? { id: source.replace("..", "."), external: true }
      : undefined,
};

/** Commander loads it at its start, for commands that are programs of their own; here are none, and with it come sockets and all. */
const noChildProcess: Plugin = {
  name: "no-child-process",
  enforce: "pre",
  resolveId: (source, importer) =>
    source === "node:child_process" && importer?.includes("commander") ? "\0no-child-process" : undefined,
  load: (id) => (id === "\0no-child-process" ? "module.exports = {}" : undefined),
};

/** What every comparison needs. */
const SHARED =
  /src.(?:compare|numbers).|src.shards.(?!entropies)|src.cli.(?:comparison|io|models|options|output|progress|queue|ranking|reports|rowsOut|shard|sources|texts)\.|node_modules.commander/;

// The command, with its libraries bundled in, so that the package depends on nothing; their licences go beside it.
export default defineConfig({
  plugins: [onEntries, noChildProcess],
  ssr: { noExternal: true },
  build: {
    ssr: "src/cli/index.ts",
    target: "es2022",
    minify: true,
    emptyOutDir: false,
    license: { fileName: "cli.licenses.md" },
    rolldownOptions: {
      output: {
        ...{ entryFileNames: "cli.js", chunkFileNames: "cli-[name].js" },
        // what every comparison needs, in one file: many small ones take longer to load
        codeSplitting: { groups: [{ name: "shared", minShareCount: 2, test: SHARED }] },
      },
    },
  },
});
