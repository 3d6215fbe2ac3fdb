// How much there is to gain: the time it takes to merely read the numbers, and the instructions per class of each kernel.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { measureInTurns, median } from "../harness.js";
import { PYTHONS } from "./pipe.js";

export interface Roofline {
  /** Nanoseconds per class to read two rows of f32. */
  reading: { classes: number; nanoseconds: number }[];
  /** Of `simd`, on one thread; none where valgrind is not to be had. */
  instructions: Instructions[];
  /** The same of others, where they can be counted. */
  othersInstructions: { contestant: string; instructions: Instructions[] }[];
}

interface Instructions {
  measure: string;
  type: "f32" | "f64";
  perClass: number;
}

/** Reads both rows, 64 bytes of each a turn, and keeps what V8 must not leave out. */
const READING = `export function read(p: usize, q: usize, bytes: usize): i64 {
  let a = i64x2.splat(0), b = i64x2.splat(0), c = i64x2.splat(0), d = i64x2.splat(0);
  for (let end = p + bytes; p < end; p += 64, q += 64) {
    a = v128.xor(a, v128.xor(v128.load(p), v128.load(q)));
    b = v128.xor(b, v128.xor(v128.load(p, 16), v128.load(q, 16)));
    c = v128.xor(c, v128.xor(v128.load(p, 32), v128.load(q, 32)));
    d = v128.xor(d, v128.xor(v128.load(p, 48), v128.load(q, 48)));
  }
  return i64x2.extract_lane(v128.xor(v128.xor(a, b), v128.xor(c, d)), 0);
}`;

async function measureReading(isQuick: boolean): Promise<Roofline["reading"]> {
  const { binary, stderr } = await asc.compileString(READING, {
    optimizeLevel: 3,
    noAssert: true,
    runtime: "stub",
    enable: ["simd"],
    initialMemory: 256,
  });
  if (binary === null) throw new Error(String(stderr));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>), { env: {} });
  // a page that has never been written to is read from the cache
  new Uint32Array((exports.memory as WebAssembly.Memory).buffer).forEach((_, i, all) => {
    all[i] = Math.imul(i, 2654435761);
  });
  const read = exports.read as (p: number, q: number, bytes: number) => bigint;
  const sizes = [1024, 8192, 32768, 131072, 262144, 1048576];
  const contestants: Record<string, () => unknown> = {};
  for (const classes of sizes) contestants[classes] = () => read(1024, 1024 + 4 * classes, 4 * classes);
  const times = await measureInTurns(contestants, isQuick ? 2 : 21, isQuick ? 1 : 8);
  return sizes.map((classes) => ({ classes, nanoseconds: median(times[classes]) / classes }));
}

/** By callgrind, which writes a file of what it has counted before, between and after calls of each kernel. */
function countInstructions(command: readonly string[]): Instructions[] {
  const folder = mkdtempSync(join(tmpdir(), "instructions-"));
  const options = ["--tool=callgrind", "--smc-check=all-non-file", `--callgrind-out-file=${join(folder, "counts")}`];
  const run = spawnSync("valgrind", [...options, ...command], { encoding: "utf8" });
  try {
    if (run.status !== 0) {
      console.log(`no valgrind that runs ${command[0]}: its instructions are not counted`);
      return [];
    }
    const cases = JSON.parse(run.stdout) as { measure: string; type: "f32" | "f64"; classes: number }[];
    return cases.map(({ measure, type, classes }, i) => {
      // the files are numbered from 1: one before, and then a short and a long one, three times
      const [short, long] = [2, 3].map((part) => {
        const counts = [0, 2, 4].map((more) => {
          const text = readFileSync(join(folder, `counts.${7 * i + part + more}`), "utf8");
          return Number(/^summary: (\d+)$/m.exec(text)?.[1]);
        });
        return Math.min(...counts);
      });
      return { measure, type, perClass: (long - short) / classes };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// WebAssembly's optimising compiler alone, and nothing that runs beside or changes meanwhile
const NODE = [process.execPath, "--no-liftoff", "--no-opt", "--single-threaded", pathOf("instructions.mjs")];

/** Of the first Python that has PyTorch. */
function countPyTorch(): Instructions[] {
  for (const python of PYTHONS) {
    const counted = countInstructions([python, pathOf("instructions.py")]);
    if (counted.length > 0) return counted;
  }
  return [];
}

export async function measureRoofline(isQuick: boolean): Promise<Roofline> {
  const reading = await measureReading(isQuick);
  if (isQuick) return { reading, instructions: [], othersInstructions: [] };
  return {
    reading,
    instructions: countInstructions([...NODE, "simd"]),
    othersInstructions: [
      { contestant: "logratio relaxed", instructions: countInstructions([...NODE, "relaxed"]) },
      { contestant: "PyTorch", instructions: countPyTorch() },
    ],
  };
}
