import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const url = new URL("../dist/index.js", import.meta.url).href;
const FIRST_RESULT = `import { klDivergence } from ${JSON.stringify(url)}; klDivergence([0.5, 0.5], [0.25, 0.75]);`;

/** Milliseconds that import and a first result add to an empty script: least, median and largest of pairs run in turn. */
export function measureColdStart(pairs: number): [number, number, number] {
  const run = (code: string) => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code]);
    if (status !== 0) throw new Error(String(stderr));
    return performance.now() - start;
  };
  const differences: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const empty = run("");
    differences.push(run(FIRST_RESULT) - empty);
  }
  differences.sort((a, b) => a - b);
  return [differences[0], differences[pairs >> 1], differences[pairs - 1]];
}

/** Bytes of the built file and of those that it imports at once, gzipped. */
export function measureSize(name = "index.js"): number {
  const text = readFileSync(new URL(`../dist/${name}`, import.meta.url), "utf8");
  let size = gzipSync(text, { level: 9 }).length;
  for (const [, imported] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) size += measureSize(imported);
  return size;
}
