import { spawnSync } from "node:child_process";

const url = new URL("../dist/index.js", import.meta.url).href;
const FIRST_RESULT = `import { klDivergence } from ${JSON.stringify(url)}; klDivergence([0.5, 0.5], [0.25, 0.75]);`;

/** Milliseconds, each over pairs of runs in turn. */
export interface ColdStart {
  /** What import and a first result add to an empty script: least, median and largest. */
  readonly added: [number, number, number];
  /** What an empty script takes: median. */
  readonly empty: number;
}

export function measureColdStart(pairs: number): ColdStart {
  const run = (code: string) => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code]);
    if (status !== 0) throw new Error(String(stderr));
    return performance.now() - start;
  };
  const empties: number[] = [];
  const differences: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const empty = run("");
    empties.push(empty);
    differences.push(run(FIRST_RESULT) - empty);
  }
  const ascending = (numbers: number[]) => numbers.sort((a, b) => a - b);
  const [least, median, most] = [0, pairs >> 1, pairs - 1].map((i) => ascending(differences)[i]);
  return { added: [least, median, most], empty: ascending(empties)[pairs >> 1] };
}
