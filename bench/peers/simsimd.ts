// npm run bench:simsimd [-- --rounds 41]
//
// KL of f32 rows at 131,072 classes beside npm's simsimd, native code, which adds an ε of 1e-7 to every probability. It chooses
// its kernel by the processor. What it has on one without AVX-512 is built here from its source, without those kernels: by its
// own flags, and for AVX2. It then has no kernel for f32, but a loop whose logarithm is three terms of a Taylor series.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as logratio from "../../dist/index.js";
import {
  compiledApart,
  copyOf,
  inMemoryOf,
  makeRows,
  measureInTurns,
  median,
  printTable,
  ratioOf,
  shownRatio,
} from "../harness.js";
import { klDivergence } from "../klDivergence.bench.js";

interface SimSimd {
  kullbackleibler(p: Float32Array, q: Float32Array): number;
}

const CLASSES = 131072;
const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "41" } } });

const require = createRequire(import.meta.url);
const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** simsimd as its binding.gyp has it, but for the kernels of AVX-512; undefined where there is no compiler. */
function buildWithoutAvx512(name: string, ...more: string[]): SimSimd | undefined {
  const source = pathOf("node_modules/simsimd");
  const headers = pathOf("node_modules/node-api-headers/include");
  const target = pathOf(`build/${name}`);
  mkdirSync(target, { recursive: true });
  const run = (...parameters: string[]) =>
    spawnSync(process.env.CC ?? "cc", parameters, { cwd: target, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
  const isCompiled = ["javascript", "c"].every((folder) =>
    run(
      ...["-c", "-fPIC", "-O3", "-std=c11", "-ffast-math", "-w", ...more],
      ...["NATIVE_F16=0", "NATIVE_BF16=0", "DYNAMIC_DISPATCH=1"].map((setting) => `-DSIMSIMD_${setting}`),
      ...["SKYLAKE", "ICE", "GENOA", "SAPPHIRE", "TURIN", "SIERRA"].map((kind) => `-DSIMSIMD_TARGET_${kind}=0`),
      ...[`-I${headers}`, `-I${source}/include`, `${source}/${folder}/lib.c`, "-o", `${folder}.o`],
    ),
  );
  // linked without -ffast-math, which would turn subnormal numbers off in all of the process
  if (isCompiled && run("-shared", "javascript.o", "c.o", "-lm", "-o", "simsimd.node")) {
    return require(`${target}/simsimd.node`);
  }
  console.log(`simsimd could not be built: no row for "${name}"`);
  return undefined;
}

const rows = makeRows("f32", CLASSES, klDivergence);
const { p, q } = copyOf(rows) as { p: Float32Array; q: Float32Array };
const simd = logratio.createEngineSync({ backend: "simd" });
const relaxed = await logratio.createEngine({ backend: "relaxed" });
if (relaxed.backend !== "relaxed") throw new Error(relaxed.backendReason);
const [simdRows, relaxedRows, loopRows] = [inMemoryOf(simd, rows), inMemoryOf(relaxed, rows), copyOf(rows)];
const loop = compiledApart(klDivergence.loop);

const peers: Record<string, SimSimd | undefined> = {
  simsimd: require(pathOf("node_modules/simsimd")),
  "simsimd without AVX-512": buildWithoutAvx512("portable"),
  "simsimd for AVX2": buildWithoutAvx512("avx2", "-mavx2", "-mfma", "-mf16c"),
};
const contestants: Record<string, () => number> = {
  loop: () => loop(loopRows) as number,
  simd: () => simd.klDivergence(simdRows.p, simdRows.q),
  relaxed: () => relaxed.klDivergence(relaxedRows.p, relaxedRows.q),
};
for (const [name, peer] of Object.entries(peers)) {
  if (peer) contestants[name] = () => peer.kullbackleibler(p, q);
}

const times = await measureInTurns(contestants, Number(flags.rounds), 12);
const exact = klDivergence.exact(rows);

console.log(`klDivergence, f32, ${CLASSES} classes, Node ${process.version}`);
printTable<string>(
  [
    ["", (name) => name.padEnd(23)],
    ["ns a class", (name) => (median(times[name]) / CLASSES).toFixed(3)],
    ["× loop", (name) => shownRatio(ratioOf(times.loop, times[name]))],
    ["× simd", (name) => shownRatio(ratioOf(times.simd, times[name]))],
    ["relaxed × this", (name) => shownRatio(ratioOf(times[name], times.relaxed))],
    ["error", (name) => (Math.abs(contestants[name]() - exact) / exact).toExponential(1)],
  ],
  Object.keys(contestants),
);
