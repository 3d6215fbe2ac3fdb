// What an application sees of the package, results by their bits: to be compared with what Node sees. Runs in pages, in workers and
// in Node.

const LENGTH = 98304;

/** Numbers from 0 to 1, the same everywhere. */
function fill(array, seed) {
  let state = seed;
  for (let i = 0; i < array.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    array[i] = state / 2 ** 32;
  }
  return array;
}

/** The bits of a number, or a sum over those of an array. */
function bitsOf(value) {
  const numbers = typeof value === "number" ? Float64Array.of(value) : value;
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).slice();
  if (typeof value === "number") return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
  return `${numbers.length} numbers, ${sum}`;
}

/** Results of functions over arrays that `make` makes, an engine perhaps, which then computes them; `aside` as promises. */
async function valuesOf(logratio, make, aside = false) {
  const call = async (f, ...args) => (aside ? f.async(...args) : f(...args));
  const p = fill(make.float32(LENGTH), 1);
  const q = fill(make.float32(LENGTH), 2);
  const wide = fill(make.float64(LENGTH), 3);
  const logits = make.float32(LENGTH);
  for (let i = 0; i < LENGTH; i++) logits[i] = 20 * p[i] - 10;
  const normalize = true;
  const rowLength = LENGTH / 16;
  const labels = Int32Array.from({ length: 16 }, (_, row) => 7 * row);
  const loss = await call(logratio.crossEntropyLoss, logits, labels, { rowLength, gradient: true });
  return {
    klDivergence: bitsOf(await call(logratio.klDivergence, p, q, { normalize })),
    "klDivergence.rows": bitsOf(await call(logratio.klDivergence.rows, p, q, { normalize, rowLength })),
    jsDivergence: bitsOf(await call(logratio.jsDivergence, p, wide, { normalize, base: 2 })),
    entropy: bitsOf(await call(logratio.entropy, logits, { input: "logits" })),
    softmax: bitsOf(await call(logratio.softmax, logits)),
    crossEntropyLoss: bitsOf(loss.loss),
    gradient: bitsOf(loss.gradient),
  };
}

const ordinary = { float32: (length) => new Float32Array(length), float64: (length) => new Float64Array(length) };

/** What an engine is, and what it gives. */
async function reportOfEngine(logratio, engine) {
  const { backend, backendReason, threads, threadsReason } = engine;
  const values = await valuesOf(logratio, engine);
  const ofAsync = await valuesOf(logratio, engine, true);
  const kl = logratio.klDivergence([0.5, 0.25, 0.25], [0.25, 0.25, 0.5], { engine });
  engine.dispose();
  return { backend, backendReason, threads, threadsReason, kl, values, async: ofAsync };
}

/** What there is to see of the module: of its functions and of engines of each kind. */
export async function reportOf(logratio) {
  const engineOf = async (options) => reportOfEngine(logratio, await logratio.createEngine(options));
  return {
    kl: logratio.klDivergence([0.5, 0.25, 0.25], [0.25, 0.25, 0.5]),
    values: await valuesOf(logratio, ordinary),
    sync: await reportOfEngine(logratio, logratio.createEngineSync()),
    engine: await engineOf({}),
    js: await engineOf({ backend: "js" }),
    threaded: await engineOf({ threads: 2 }),
    relaxed: await engineOf({ backend: "relaxed" }),
  };
}

/** Gives what `make` makes to the server that the page comes from. */
export async function send(make) {
  let report;
  try {
    report = await make();
  } catch (error) {
    report = { error: `${error}\n${error?.stack}` };
  }
  await fetch("/report", { method: "POST", body: JSON.stringify(report) });
}
