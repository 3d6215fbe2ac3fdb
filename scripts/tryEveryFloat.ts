// npm run every-float: the error of exp and ln over every f32 there is, in units in the last place (ulp).
//
//   exp   every x in [-104, 88.7], through the WebAssembly kernel; subnormal results included
//   ln    every positive normal x, through the kernels' twin in JavaScript (the same bits: test/bits.test.ts)
//
// The reference is the host's f64 function, whose own error (below 1 ulp of f64) is 2e-9 ulp of f32. The claims in
// assembly/exponential.ts and assembly/logarithm.ts are the bounds checked here.

import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { FAMILY, regionOf } from "../src/backends/layout.js";
import { logarithm_f32 } from "../src/numbers/logarithm.js";

const { state: STATE } = regionOf(0);
const EXP_BOUND = 2.6;
/** Of ln x, in ulp of max(|ln x|, 1): where e·ln 2 and the logarithm of the mantissa cancel, ln x itself is small. */
const LN_BOUND = 1.3;

const BLOCK = 1 << 16;

interface Part {
  kind: "exp" | "ln";
  /** Bit patterns, the last not included. */
  from: number;
  to: number;
}

interface Worst {
  ulps: number;
  at: number;
}

/** The distance between f32 numbers at x, at least that of subnormal ones. */
const ulpOf = (x: number): number => 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(x))) - 23);

function tryExp(from: number, to: number): Worst {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16 });
  const binary = readFileSync(fileURLToPath(new URL("../build/simd.wasm", import.meta.url)));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {
    env: { memory, abort: () => undefined },
  });
  const exponentials = exports.exponentials_f32 as (z: number, length: number, state: number, out: number) => number;
  // shift 0, scale 1
  new Float32Array(memory.buffer, STATE + FAMILY + 80, 10)[2] = 1;
  const place = 262144;
  const bits = new Uint32Array(memory.buffer, place, BLOCK);
  const x = new Float32Array(memory.buffer, place, BLOCK);
  const out = new Float32Array(memory.buffer, place + 4 * BLOCK, BLOCK);
  const worst: Worst = { ulps: 0, at: 0 };
  for (let start = from; start < to; start += BLOCK) {
    const count = Math.min(BLOCK, to - start);
    for (let i = 0; i < count; i++) bits[i] = start + i;
    exponentials(place, count, STATE, place + 4 * BLOCK);
    for (let i = 0; i < count; i++) {
      const exact = Math.exp(x[i]);
      const error = Math.abs(out[i] - exact);
      // a cheap look first: the logarithm in ulpOf is for what may be the worst
      if (error > worst.ulps * exact * 2 ** -24 || exact < 2 ** -126) {
        const ulps = error / ulpOf(exact);
        if (ulps > worst.ulps) Object.assign(worst, { ulps, at: x[i] });
      }
    }
  }
  return worst;
}

function tryLn(from: number, to: number): Worst {
  const bits = new Int32Array(1);
  const x = new Float32Array(bits.buffer);
  const worst: Worst = { ulps: 0, at: 0 };
  for (let b = from; b < to; b++) {
    bits[0] = b;
    const exact = Math.log(x[0]);
    const error = Math.abs(logarithm_f32(x[0], b, 0) - exact);
    const size = Math.max(1, Math.abs(exact));
    if (error > worst.ulps * size * 2 ** -24) {
      const ulps = error / ulpOf(size);
      if (ulps > worst.ulps) Object.assign(worst, { ulps, at: x[0] });
    }
  }
  return worst;
}

/** The bit pattern of x. */
const bitsOf = (x: number): number => new Uint32Array(Float32Array.of(x).buffer)[0];

/** Bit patterns from the one of `low` to that of `high`, in parts. */
function partsOf(kind: Part["kind"], low: number, high: number, parts: number): Part[] {
  const [first, last] = [bitsOf(low), bitsOf(high)];
  return Array.from({ length: parts }, (_, i) => ({
    kind,
    from: first + Math.floor(((last - first) * i) / parts),
    to: first + Math.floor(((last - first) * (i + 1)) / parts),
  }));
}

/** In a process of its own. */
function run(part: Part): Promise<Worst> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(part)], { execArgv: process.execArgv });
    child.once("message", (worst) => resolve(worst as Worst)).once("error", reject);
  });
}

async function runAll(parts: Part[]): Promise<Worst> {
  let worst: Worst = { ulps: 0, at: 0 };
  const queue = [...parts];
  const threads = Array.from({ length: availableParallelism() }, async () => {
    for (let part = queue.pop(); part; part = queue.pop()) {
      const result = await run(part);
      if (result.ulps > worst.ulps) worst = result;
    }
  });
  await Promise.all(threads);
  return worst;
}

if (process.send === undefined) {
  const least = 2 ** -126;
  const exp = await runAll([...partsOf("exp", 0, 88.7, 8), ...partsOf("exp", -0, -104, 8)]);
  console.log(`exp: at most ${exp.ulps.toFixed(3)} ulp, at ${exp.at}`);
  const ln = await runAll(partsOf("ln", least, Number.POSITIVE_INFINITY, 16));
  console.log(`ln: at most ${ln.ulps.toFixed(3)} ulp of max(|ln x|, 1), at ${ln.at}`);
  if (!(exp.ulps <= EXP_BOUND && ln.ulps <= LN_BOUND)) {
    throw new Error(`the claims are ${EXP_BOUND} and ${LN_BOUND} ulp`);
  }
} else {
  const { kind, from, to } = JSON.parse(process.argv[2]) as Part;
  process.send(kind === "exp" ? tryExp(from, to) : tryLn(from, to));
}
