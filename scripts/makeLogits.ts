// npx tsx scripts/makeLogits.ts DIRECTORY [--rows 512] [--classes 200006] [--format f32] [--noise 0] [--seed 1790]
//
// What two language models say along a text, to try the comparison on, as long as one likes:
//
//   base.npy, other.npy   rows of logits, or base.kld, other.kld
//   tokens.npy            the token after each row, i32 (in .kld files too)
//
// The models are n-gram models over the State of the Union addresses, in tokens of o200k_base, 200,006 classes: `base` of trigrams
// over all addresses but those held out, `other` of bigrams over those until 1945. The text is the held-out addresses, from the
// newest to the oldest, and from the start again where more rows are asked for. Rows are log-probabilities.
//
//   --rows     any number; of .kld, what whole chunks of 512 tokens make
//   --classes  a smaller vocabulary: tokens from there on are left out of all texts; or a larger one, whose rest never occurs
//   --format   f32, f16, bf16 or f64 for .npy, or llama.cpp
//   --noise    standard deviation of a Gaussian added to every logit, of each model its own. Without it, all classes that were not
//              seen in a context differ between the models by the same number, which is easier than real logits are
//   --seed     of the noise
//
// The same options make the same files. 512 rows of 131,072 classes in f32 are 268 MB each.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readAddresses, VOCABULARY } from "../examples/corpus.js";
import type { ElementType } from "../src/compare/elements.js";
import type { RowBatch } from "../src/compare/source.js";
import { writeLlamaCpp } from "../src/compare/writeLlamaCpp.js";
import { writeNpy, writeTokens } from "../src/compare/writeNpy.js";

/** Kept out of both models; the text is theirs. */
const HELD_OUT = [2019, 2010, 1998, 1823, 1805, 1796];

/** The last year that `other` has read. */
const OTHER_UNTIL = 1945;

/** Taken off every count, and given to the shorter context (absolute discounting). */
const DISCOUNT = 0.75;

/** Added to every token's count, so that no probability is 0. */
const UNSEEN = 0.01;

/** Tokens of a chunk of llama.cpp's file: its default. */
const CONTEXT = 512;

/** What followed a context, and how often. */
interface Followers {
  total: number;
  readonly counts: Map<number, number>;
}

/**
 * p(w | c) = max(n(c w) - D, 0)/n(c) + D·t(c)/n(c) · p(w | c without its first token), where n counts and t(c) is how many
 * different tokens followed c; p(w) = (n(w) + 0.01)/Σ.
 */
class NgramModel {
  readonly #classes: number;
  /** Tokens of a context, at most. */
  readonly #longest: number;
  readonly #contexts = new Map<string, Followers>();
  /** ln p(w). */
  readonly #unconditional: Float64Array;

  constructor(texts: readonly (readonly number[])[], classes: number, longest: number) {
    this.#classes = classes;
    this.#longest = longest;
    const counts = new Float64Array(classes).fill(UNSEEN);
    for (const text of texts) {
      for (let i = 0; i < text.length; i++) {
        counts[text[i]]++;
        for (let n = 1; n <= longest && n <= i; n++) this.#count(keyOf(text, i, n), text[i]);
      }
    }
    const total = counts.reduce((sum, count) => sum + count);
    this.#unconditional = counts.map((count) => Math.log(count / total));
  }

  #count(key: string, token: number): void {
    let followers = this.#contexts.get(key);
    if (followers === undefined) {
      followers = { total: 0, counts: new Map() };
      this.#contexts.set(key, followers);
    }
    followers.total++;
    followers.counts.set(token, (followers.counts.get(token) ?? 0) + 1);
  }

  /** ln p of every class at place `i` of a text. */
  fill(row: Float64Array, text: readonly number[], i: number): void {
    // what the contexts that were seen add to the few tokens that followed them, and leave for all others
    const added = new Map<number, number>();
    let left = 1;
    for (let n = Math.min(this.#longest, i); n > 0; n--) {
      const followers = this.#contexts.get(keyOf(text, i, n));
      if (followers === undefined) continue;
      const { total, counts } = followers;
      for (const [token, count] of counts) {
        added.set(token, (added.get(token) ?? 0) + (left * (count - DISCOUNT)) / total);
      }
      left *= (DISCOUNT * counts.size) / total;
    }
    const shift = Math.log(left);
    for (let token = 0; token < this.#classes; token++) row[token] = this.#unconditional[token] + shift;
    for (const [token, probability] of added) row[token] = Math.log(Math.exp(row[token]) + probability);
  }
}

/** Of the `n` tokens before place `i`. */
const keyOf = (text: readonly number[], i: number, n: number): string => text.slice(i - n, i).join(" ");

/** Numbers of a Gaussian of standard deviation 1, by Marsaglia's polar method over xorshift128. */
function gaussian(seed: number): () => number {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9, 0x243f6a88, 0xb7e15162];
  const uniform = () => {
    let t = d;
    d = c;
    c = b;
    b = a;
    t ^= t << 11;
    t ^= t >>> 8;
    a = t ^ a ^ (a >>> 19);
    return (a >>> 0) / 2 ** 31 - 1;
  };
  for (let i = 0; i < 100; i++) uniform();
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const number = spare;
      spare = undefined;
      return number;
    }
    for (;;) {
      const [x, y] = [uniform(), uniform()];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
}

/** A row for each of the places, all in the same array; `noise` gives what is added to each number. */
function* rowsAlong(
  text: readonly number[],
  places: readonly number[],
  model: NgramModel,
  classes: number,
  noise: () => number,
): Generator<RowBatch> {
  const exact = new Float64Array(classes);
  const data = new Float32Array(classes);
  for (const [row, place] of places.entries()) {
    model.fill(exact, text, place % text.length);
    for (let i = 0; i < classes; i++) data[i] = exact[i] + noise();
    if (process.stderr.isTTY && row % 16 === 0) process.stderr.write(`\r${row} of ${places.length} rows\x1b[K`);
    yield { data };
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}

function readNumber(name: string, value: string, least: number): number {
  const number = Number(value);
  if (value.trim() !== "" && number >= least) return number;
  throw new RangeError(`--${name} ${value}: it must be a number of at least ${least}`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: "string", default: "512" },
    classes: { type: "string", default: `${VOCABULARY}` },
    format: { type: "string", default: "f32" },
    noise: { type: "string", default: "0" },
    seed: { type: "string", default: "1790" },
  },
});
const [directory] = positionals;
if (directory === undefined) throw new TypeError("where to? npx tsx scripts/makeLogits.ts DIRECTORY [--rows 512] …");
const rows = readNumber("rows", values.rows, 1);
const classes = readNumber("classes", values.classes, 2);
const noise = readNumber("noise", values.noise, 0);
const seed = readNumber("seed", values.seed, 0);
const { format } = values;
if (!["f32", "f16", "bf16", "f64", "llama.cpp"].includes(format)) {
  throw new TypeError(`--format ${format}: it must be f32, f16, bf16, f64 or llama.cpp`);
}

const addresses = readAddresses(() => {}).map(({ year, tokens }) => {
  return { year, tokens: tokens.filter((token) => token < classes) };
});
const read = addresses.filter(({ year }) => !HELD_OUT.includes(year));
const textsUntil = (last: number) => read.filter(({ year }) => year <= last).map(({ tokens }) => tokens);
const heldOut = HELD_OUT.flatMap((year) => addresses.filter((address) => address.year === year));
const text = heldOut.flatMap(({ tokens }) => tokens);

// row i stands before token i; of llama.cpp's chunks, for the second half of each
const rowsPerChunk = CONTEXT - 1 - CONTEXT / 2;
const chunks = Math.max(1, Math.round(rows / rowsPerChunk));
const places =
  format === "llama.cpp"
    ? Array.from({ length: chunks * rowsPerChunk }, (_, row) => {
        return CONTEXT * Math.floor(row / rowsPerChunk) + CONTEXT / 2 + 1 + (row % rowsPerChunk);
      })
    : Array.from({ length: rows }, (_, row) => row);
const observed = places.map((place) => text[place % text.length]);
const ofChunks = Array.from({ length: CONTEXT * chunks }, (_, i) => text[i % text.length]);

mkdirSync(directory, { recursive: true });
await writeTokens(join(directory, "tokens.npy"), observed);
const models = {
  base: new NgramModel(textsUntil(Infinity), classes, 2),
  other: new NgramModel(textsUntil(OTHER_UNTIL), classes, 1),
};
for (const [index, [name, model]] of Object.entries(models).entries()) {
  const random = gaussian(seed + index);
  const batches = rowsAlong(text, places, model, classes, noise === 0 ? () => 0 : () => noise * random());
  if (format === "llama.cpp") {
    await writeLlamaCpp(join(directory, `${name}.kld`), batches, { classes, context: CONTEXT, tokens: ofChunks });
  } else {
    await writeNpy(join(directory, `${name}.npy`), batches, { classes, type: format as ElementType });
  }
}
console.log(`${places.length} rows of ${classes} classes in ${directory}: ${Object.keys(models).join(", ")}, tokens`);
