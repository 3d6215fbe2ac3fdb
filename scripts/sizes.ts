// What an application pays for names of the built package: bundled by Vite alone, minified and gzipped.

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

const ENTRY = "\0application";
const root = fileURLToPath(new URL("../", import.meta.url));

const codeFor = (names: readonly string[] | "everything") => {
  const source = JSON.stringify(fileURLToPath(new URL("../dist/index.js", import.meta.url)));
  return names === "everything"
    ? `import * as all from ${source}; globalThis.used = all;`
    : `import { ${names} } from ${source}; globalThis.used = [${names}];`;
};

/** The chunks that a page loads for the entry: not those that are loaded on request. */
function loadedAtOnce(chunks: readonly Rolldown.OutputChunk[]): Set<Rolldown.OutputChunk> {
  const loaded = new Set<Rolldown.OutputChunk>();
  const load = (chunk: Rolldown.OutputChunk | undefined) => {
    if (chunk === undefined || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const name of chunk.imports) load(chunks.find(({ fileName }) => fileName === name));
  };
  load(chunks.find(({ isEntry }) => isEntry));
  return loaded;
}

/** Bytes that an application of these names loads at once, kernels and their twins in JavaScript included. */
export async function sizeOf(names: readonly string[] | "everything"): Promise<number> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    root,
    plugins: [
      {
        name: "application",
        resolveId: (id) => (id === "application" ? ENTRY : undefined),
        load: (id) => (id === ENTRY ? codeFor(names) : undefined),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      rolldownOptions: { input: "application" },
    },
  });
  const { output } = built as Rolldown.RolldownOutput;
  const chunks = output.filter((file): file is Rolldown.OutputChunk => file.type === "chunk");
  let bytes = 0;
  for (const { code } of loadedAtOnce(chunks)) bytes += gzipSync(code, { level: 9 }).length;
  return bytes;
}
