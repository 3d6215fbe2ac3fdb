// Writes src/generated/modules.ts: one small WebAssembly module per family of kernels, as text, so that an application carries
// only the families that it imports.
//
// The modules are cut out of build/simd-shared.wasm, so everything is compiled once. A module keeps its exports, the functions
// that they call, and the constants that these read; functions are unchanged, and constants stay at their addresses. So modules
// can stand side by side over one memory.
//
// Each module is then run beside the whole binary: results and written memory must have the same bits. With `--prove`, also
// every constant that a module keeps is taken away once, to see that its absence is noticed.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import binaryen from "assemblyscript/binaryen";
import { textOf } from "./moduleText.mjs";
import { memoryFlagsOf, plainOf } from "./sharedMemory.mjs";

const whole = readFileSync("build/simd-shared.wasm");

// --- which exports make a module ------------------------------------------------------------------------------------------

/**
 * Modules for kernels that many measures need without the rest of their family. In kilobytes of gzipped digits: every measure
 * of logits needs `maximum` (0.5 of 3.7); softmax needs `exponentials` (2.3 of 3.7, and the fused kernel hardly adds to it), and
 * no `reverseGradient` (0.9 of 1.2).
 */
const APART = {
  exponentials: ["exponentials", "softmax"],
  maximum: ["maximum"],
  reverseGradient: ["reverseGradient"],
};

/** `klDivergence` of `klDivergence_f32` and `klDivergenceRows_f32`. */
const kernelOf = (name) => name.replace(/(Rows)?_f(32|64)$/, "");

/** The exports of each module, by its name: the file that a line of assembly/index.ts names. */
function listModules() {
  const modules = new Map();
  const lines = readFileSync("assembly/index.ts", "utf8").matchAll(/^export \{([^}]+)\} from "\.\/(\w+)";$/gm);
  for (const [, list, family] of lines) {
    for (const name of list.split(",").map((part) => part.trim())) {
      if (name === "") continue;
      const module = Object.keys(APART).find((apart) => APART[apart].includes(kernelOf(name))) ?? family;
      modules.set(module, [...(modules.get(module) ?? []), name]);
    }
  }
  return modules;
}

/** The names of the parameters of each export. */
function readParameters() {
  const parameters = new Map();
  const lines = readFileSync("assembly/index.ts", "utf8").matchAll(/ from "\.\/(\w+)";$/gm);
  for (const [, family] of lines) {
    const source = readFileSync(`assembly/${family}.ts`, "utf8");
    for (const [, name, list] of source.matchAll(/^export function (\w+)\(([^)]*)\)/gm)) {
      parameters.set(
        name,
        [...list.matchAll(/(\w+):/g)].map(([, parameter]) => parameter),
      );
    }
  }
  return parameters;
}

// --- cutting --------------------------------------------------------------------------------------------------------------

const { Features } = binaryen;
const FEATURES = Features.SIMD128 | Features.BulkMemory | Features.BulkMemoryOpt | Features.Atomics;

// What is written is to be what was read: this is how the compiler wrote it. `optimize` is not called: it makes the modules larger
// in sum.
binaryen.setOptimizeLevel(3);
binaryen.setGenerateStackIR(true);
binaryen.setOptimizeStackIR(true);

function open(module) {
  module.setFeatures(FEATURES);
  return module;
}

/** A line of the text format with a segment of data, which asc writes for each `memory.data`. */
const DATA = /^ \(data \$\S+ \(i32\.const (\d+)\) .*\n/gm;

const wholeModule = open(binaryen.readBinary(whole));
const wholeText = wholeModule.emitText();
if (/\batomic\b/.test(wholeText)) throw new Error("the kernels have atomic instructions: see scripts/sharedMemory.mjs");

/** Start and end of each segment, in the order of the text. */
const segments = Array.from(wholeText.matchAll(DATA), ([, address], i) => {
  const { data } = wholeModule.getDataSegmentInfo(wholeModule.getDataSegmentByIndex(i));
  return { start: Number(address), end: Number(address) + data.byteLength, data };
});
if (segments.length !== wholeModule.getNumDataSegments()) throw new Error("a segment of data has no constant address");

/**
 * The table of 2^(j/64): the one segment of 64 f64. The modules come without it, which would be a quarter of a small one:
 * src/backends/roots.ts writes it.
 */
const [roots, ...others] = segments.filter(({ data }) => data.byteLength === 512);
if (roots === undefined || others.length > 0) throw new Error("the table of 2^(j/64) is not found by its size");

const exported = WebAssembly.Module.exports(new WebAssembly.Module(whole)).map(({ name }) => name);

/**
 * Every number in the code that can be an address of a constant: the constants, those that a load adds its offset to, and the
 * offsets by themselves. There are more than the addresses: 1024 is also a number of bytes.
 */
function addressesIn(code) {
  const constants = code.matchAll(/(?:\(\S+(?: offset=(\d+))?(?: align=\d+)?(?: \d+)?\s+)?\(i32\.const (\d+)\)/g);
  const offsets = code.matchAll(/ offset=(\d+)/g);
  return [
    ...Array.from(constants, ([, offset, constant]) => Number(constant) + Number(offset ?? 0)),
    ...Array.from(offsets, ([, offset]) => Number(offset)),
  ];
}

/** The module with these exports, and the segments that it keeps. */
function cut(names) {
  const module = open(binaryen.readBinary(whole));
  for (const name of exported) if (!names.includes(name)) module.removeExport(name);
  module.runPasses(["remove-unused-module-elements"]);
  const text = module.emitText();
  module.dispose();

  const addresses = addressesIn(text.replaceAll(DATA, ""));
  // the end too: a loop may compare with it; the table is read from its start
  const isUsed = (segment) => {
    const { start, end } = segment;
    return segment === roots
      ? addresses.includes(start)
      : addresses.some((address) => address >= start && address <= end);
  };
  const kept = segments.filter(isUsed);
  const pruned = text.replaceAll(DATA, (line, address) =>
    kept.some((segment) => segment !== roots && segment.start === Number(address)) ? line : "",
  );

  const result = open(binaryen.parseText(pruned));
  const binary = Buffer.from(result.emitBinary());
  result.dispose();
  if (!WebAssembly.validate(binary) || !WebAssembly.validate(plainOf(binary))) throw new Error(`${names}: not valid`);
  return { binary, kept };
}

// --- running beside the whole ---------------------------------------------------------------------------------------------

const PAGES = 4;
/** As in src/backends/layout.ts and assembly/blocks.ts. */
const STATE = 4096;
const FIELDS = STATE + 128;
/** Of kernels over many rows: where the rows lie, and the table with the fields and results of each. */
const JOB = STATE + 10496;
const TABLE = STATE + 12288;
const TABLE_ROW_BYTES = 128;
const TABLE_FIELDS = 48;
/** Four rows and what is written: each two rows of the greatest length. */
const ROWS = 200 * 1024;
const SLOT_BYTES = 11264;
const OUT_SLOT = 4;
const COUNT = 2;
const LENGTHS = [3, 37, 700];
const MODES = [0, 1, 2];

/** Mulberry32. */
let seed = 1;
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const KINDS = {
  probabilities: () => random() / 100,
  "probabilities with zeros": () => Math.max(0, random() - 0.3) / 100,
  "close logits": () => 2 * random(),
  "distant logits": () => 40 * random() - 30,
  "impossible classes": () => (random() < 0.1 ? Number.NEGATIVE_INFINITY : 3 * random()),
};

/** k or γ, β, weight; and the fields of logits, at two temperatures. */
const FIELDS_TRIED = [
  [0, 0.6, 1, 0, 0, 0, 0, 0, 0, 0],
  [0.01, 1.5, -0.5, 0, 0, 0, 0, 0, 0, 0],
  [2, 2, 1, -62, 0, 0.5, 0.1, 0.3, 0.4, 0.6],
  [9, 8, 0.7, -82, 0.3, 0.5, 0.1, 0.3, 0.4, 0.6],
];

/** The memory above the constants, before a call. */
function prepare(precision, fill, fields) {
  const memory = new ArrayBuffer(PAGES * 65536);
  const Floats = precision === "f32" ? Float32Array : Float64Array;
  new Float64Array(memory, FIELDS, fields.length).set(fields);
  new Float32Array(memory, FIELDS + 80, fields.length).set(fields);
  const job = new Uint32Array(memory, JOB, 10);
  for (let slot = 0; slot <= OUT_SLOT; slot++) job.set([ROWS + slot * SLOT_BYTES, SLOT_BYTES / COUNT], 2 * slot);
  new Float64Array(memory, JOB + 40, 1)[0] = 2 ** 100;
  for (let i = 0; i < COUNT; i++) {
    new Float64Array(memory, TABLE + i * TABLE_ROW_BYTES + TABLE_FIELDS, fields.length).set(fields);
  }
  const rows = new Floats(memory, ROWS, (OUT_SLOT * SLOT_BYTES) / Floats.BYTES_PER_ELEMENT);
  for (let i = 0; i < rows.length; i++) rows[i] = fill();
  return Buffer.from(memory).subarray(STATE);
}

const inputs = Object.fromEntries(
  ["f32", "f64"].map((precision) => [
    precision,
    Object.entries(KINDS).flatMap(([kind, fill]) =>
      FIELDS_TRIED.map((fields, i) => ({ label: `${kind}, fields ${i}`, memory: prepare(precision, fill, fields) })),
    ),
  ]),
);

/** What each parameter is, by its name in assembly/. All others are rows. */
function argumentsOf(parameters, length, mode) {
  const known = {
    state: STATE,
    length,
    out: ROWS + OUT_SLOT * SLOT_BYTES,
    k: Math.min(length, 5),
    count: COUNT,
    mode,
    format: mode ?? 1,
  };
  let slot = 0;
  return parameters.map((parameter) => known[parameter] ?? ROWS + slot++ * SLOT_BYTES);
}

function instantiate(binary, shared) {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared });
  new Uint8Array(memory.buffer, roots.start).set(new Uint8Array(roots.data));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  return { exports, bytes: Buffer.from(memory.buffer) };
}

const parametersOf = readParameters();
// over a shared memory, the modules over a plain one: the byte that makes the difference is tried as well
const reference = instantiate(whole, true);

/** Whether the bits are the same, except those of a NaN: WebAssembly leaves them open, and V8's two compilers differ. */
function isSameMemory(a, b) {
  if (a.equals(b)) return true;
  const view = (type) =>
    [a, b].map(({ buffer, byteOffset, length }) => new type(buffer, byteOffset, length / type.BYTES_PER_ELEMENT));
  const words = view(Uint32Array);
  const singles = view(Float32Array);
  const doubles = view(Float64Array);
  return words[0].every(
    (word, i) =>
      word === words[1][i] ||
      singles.every((numbers) => Number.isNaN(numbers[i])) ||
      doubles.every((numbers) => Number.isNaN(numbers[i >> 1])),
  );
}

/** The first call with other bits than that of the whole binary. */
function findDifference(names, { exports, bytes }) {
  for (const name of names) {
    const parameters = parametersOf.get(name);
    if (parameters?.length !== exports[name].length)
      throw new Error(`assembly/ does not have the parameters of ${name}`);
    for (const { label, memory } of inputs[name.slice(-3)]) {
      for (const length of LENGTHS) {
        for (const mode of parameters.includes("mode") ? MODES : [undefined]) {
          const values = argumentsOf(parameters, length, mode);
          const [expected, actual] = [reference, { exports, bytes }].map((instance) => {
            memory.copy(instance.bytes, STATE);
            return instance.exports[name](...values);
          });
          const isSame = actual === expected && isSameMemory(reference.bytes.subarray(STATE), bytes.subarray(STATE));
          if (!isSame) return `${name}(${values}), ${label}`;
        }
      }
    }
  }
  return undefined;
}

function check(module, names, { binary, kept }) {
  const difference = findDifference(names, instantiate(plainOf(binary), false));
  if (difference !== undefined) throw new Error(`module ${module} has other bits than the whole binary: ${difference}`);
  if (!process.argv.includes("--prove")) return;
  for (const { start, end } of kept) {
    const instance = instantiate(plainOf(binary), false);
    instance.bytes.fill(0, start, end);
    if (findDifference(names, instance) === undefined) console.log(`${module} does not read ${start} to ${end}`);
  }
}

// --- the text -------------------------------------------------------------------------------------------------------------

const gzippedBytes = (text) => gzipSync(text, { level: 9 }).length;

const HEAD = `// Generated by scripts/cutModules.mjs.

/** A module over a shared memory, as scripts/moduleText.mjs writes it. */
export interface ModuleText {
  readonly code: string;
  /** Index of the byte that says so: 3, or 1 for a plain memory. */
  readonly memoryFlags: number;
  /** Where it reads the table of 2^(j/64), which it comes without: src/backends/roots.ts. */
  readonly roots?: number;
}
`;

/**
 * The order of the modules in the file: gzip looks back 32 KiB, and where those that are alike are neighbours, all take a tenth less than
 * in the order of the alphabet. Found by trying to move each to every other place; the last two are of `logratio/compare` alone. A
 * module that is not in the list comes last.
 */
const ORDER = [
  "gradients",
  "logRatioOfLogits",
  "reverseGradient",
  "gaussianKl",
  "mixtureOfLogits",
  "klDivergenceOfLogits",
  "entropyOfLogits",
  "logRatio",
  "jsDivergenceOfLogits",
  "logSumExp",
  "jsDivergence",
  "halves",
  "crossEntropyOfLogits",
  "staging",
  "survey",
  "skewDivergence",
  "exponentials",
  "klDivergence",
  "maximum",
  "jeffreysDivergence",
  "crossEntropyLoss",
  "renyiEntropy",
  "crossEntropy",
  "renyiDivergence",
  "logLikelihoodRatio",
  "totalVariationDistance",
  "hellingerDistance",
  "chiSquared",
  "entropy",
  "divergencesOfLogits",
  "largest",
];

function inOrder(texts) {
  const rest = Object.keys(texts).filter((name) => !ORDER.includes(name));
  return [...ORDER, ...rest].map((name) => texts[name] ?? "");
}

const table = [];
const texts = {};
const modules = listModules();
const missing = exported.filter((name) => name !== "memory" && ![...modules.values()].flat().includes(name));
if (missing.length > 0) throw new Error(`no module has ${missing}`);

for (const [name, names] of modules) {
  const module = cut(names);
  check(name, names, module);
  const code = textOf(module.binary);
  const place = module.kept.includes(roots) ? `  roots: ${roots.start},\n` : "";
  texts[name] =
    `export const ${name}: ModuleText = {\n  code: "${code}",\n  memoryFlags: ${memoryFlagsOf(module.binary)},\n${place}};\n`;
  table.push({ module: name, bytes: module.binary.length, gzipped: gzippedBytes(code) });
}
const source = HEAD + inOrder(texts).join("");
mkdirSync("src/generated", { recursive: true });
writeFileSync("src/generated/modules.ts", source);

const sum = (column) => table.reduce((total, row) => total + row[column], 0);
table.push({ module: "sum of all", bytes: sum("bytes"), gzipped: sum("gzipped") });
table.push({ module: "modules.ts", bytes: source.length, gzipped: gzippedBytes(source) });
table.push({ module: "the whole binary", bytes: whole.length, gzipped: gzippedBytes(textOf(whole)) });
for (const { module, bytes, gzipped } of table) {
  console.log(module.padEnd(24), String(bytes).padStart(8), String(gzipped).padStart(7));
}
