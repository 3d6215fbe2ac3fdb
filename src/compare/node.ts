import { nodeModule } from "../engine/platform.js";

/** Node's modules, which Bun and Deno have too. Not by `import`, which pages and bundlers would follow. Throws in pages. */
export const builtin: NodeJS.Process["getBuiltinModule"] =
  nodeModule ??
  (() => {
    throw new TypeError("files are opened by their paths, and written, in Node, Bun and Deno alone");
  });
