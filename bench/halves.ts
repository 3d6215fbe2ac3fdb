// npm run bench:halves [-- --classes 131072 --rounds 21 --quick]
//
// Numbers of 16 bits beside f32 of the same numbers, which both formats have: copied in, in the engine's memory, and on platforms that have Float16Array
// beside `Float32Array.from` first. As in run.ts every contestant takes a turn in each round, and ratios are taken round by round.

import { parseArgs } from "node:util";
import * as logratio from "../dist/index.js";
import { makeRandom, measureInTurns, median, printTable, ratioOf, shownRatio } from "./harness.js";

const { values: flags } = parseArgs({
  options: {
    classes: { type: "string", default: "131072" },
    rounds: { type: "string", default: "21" },
    quick: { type: "boolean", default: false },
  },
});
const ROUNDS = flags.quick ? 2 : Number(flags.rounds);
const MILLISECONDS = flags.quick ? 1 : 12;
const classes = Number(flags.classes);

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
const wordOf = (x: number) => {
  float[0] = x;
  return word[0];
};
const toBf16 = (x: number) => (wordOf(x) + 0x8000) >>> 16;
/** To the nearest f16, of numbers that have one. */
function toF16(x: number): number {
  const sign = x < 0 ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  return sign | (((wordOf(size) + 0x1000) >>> 13) - (112 << 10));
}

/** The nearest number that both formats have. */
function roundToBoth(x: number): number {
  word[0] = toBf16(x) << 16;
  const half = toF16(float[0]);
  const size = half & 0x7fff;
  if (size < 0x400) float[0] = size * 2 ** -24;
  else word[0] = (size << 13) + (112 << 23);
  return half > 0x7fff ? -float[0] : float[0];
}

type Pair = readonly [p: logratio.Numbers, q: logratio.Numbers];

async function compare(input: "logits" | "probabilities"): Promise<void> {
  const { gaussian } = makeRandom();
  const logits = Float32Array.from({ length: classes }, () => 3 * gaussian());
  const others = logits.map((z) => z + 0.5 * gaussian());
  const pair = input === "logits" ? [logits, others] : [logratio.softmax(logits), logratio.softmax(others)];
  const [p, q] = pair.map((x) => x.map(roundToBoth));
  // of probabilities, many are too small for f16, and a p without its q would make the divergence infinite
  if (input === "probabilities") for (let i = 0; i < classes; i++) if (q[i] === 0) p[i] = 0;
  const engine = logratio.createEngineSync();
  const pairs: Record<string, { pair: Pair; format?: logratio.NumberFormat }> = {};
  const add = (name: string, make: (x: Float32Array) => ArrayLike<number>, format?: logratio.NumberFormat) => {
    pairs[`${name}, copied`] = { pair: [make(p), make(q)], format };
  };
  const place = (
    name: string,
    allocate: (n: number) => unknown,
    bits: (x: number) => number,
    format?: "f16" | "bf16",
  ) => {
    const [a, b] = [p, q].map((x) => {
      const held = allocate(classes) as Uint16Array;
      held.set(Uint16Array.from(x, bits));
      return held;
    });
    pairs[`${name}, in its memory`] = { pair: [a, b], format };
  };
  add("f32", (x) => x.slice());
  add("f16", (x) => Uint16Array.from(x, toF16), "f16");
  add("bf16", (x) => Uint16Array.from(x, toBf16), "bf16");
  const held = [p, q].map((x) => {
    const placed = engine.float32(classes);
    placed.set(x);
    return placed;
  });
  pairs["f32, in its memory"] = { pair: [held[0], held[1]] };
  // their bits: a Float16Array would round them
  place("f16", (n) => engine.bfloat16(n).subarray(0), toF16, "f16");
  place("bf16", (n) => engine.bfloat16(n), toBf16);
  const { Float16Array } = globalThis as unknown as { Float16Array?: typeof Float32Array };
  if (Float16Array) add("Float16Array", (x) => Float16Array.from(x));

  const options = { normalize: input === "probabilities", input };
  const contestants: Record<string, () => unknown> = {};
  for (const [name, { pair, format }] of Object.entries(pairs)) {
    contestants[name] = () => logratio.klDivergence(...pair, { ...options, format });
  }
  if (Float16Array) {
    const [a, b] = [Float16Array.from(p), Float16Array.from(q)];
    contestants["Float32Array.from first"] = () =>
      logratio.klDivergence(Float32Array.from(a), Float32Array.from(b), options);
  }
  const results = new Set(Object.values(contestants).map((run) => run()));
  if (results.size !== 1) throw new Error(`the results differ: ${[...results]}`);
  const times = await measureInTurns(contestants, ROUNDS, MILLISECONDS);
  console.log(`klDivergence of ${input}, ${classes} classes`);
  const baseOf = (contestant: string) => (contestant.includes("memory") ? "f32, in its memory" : "f32, copied");
  printTable(
    [
      ["contestant", (name: string) => name],
      ["ns per class", (name) => (median(times[name]) / classes).toFixed(2)],
      ["f32's time by this", (name) => shownRatio(ratioOf(times[baseOf(name)], times[name]))],
    ],
    Object.keys(contestants),
  );
  engine.dispose();
}

for (const input of ["logits", "probabilities"] as const) await compare(input);
