// Powers of probabilities class by class in logarithms, in f64, one code for both backends: for exponents and ranges of probabilities
// whose powers are beyond f64. Slow, rare, and right. Sums are kept with their errors; a power is e^(t - max t).

import { lifted } from "../../backends/transforms.js";
import { type Call, isImpossible, type NamedRow, sumOf } from "../../call/arguments.js";
import { excessNear_f64 } from "../../numbers/exponential.js";
import { exp, expm1, ln, log1p } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";
import { ExactPair, isBlurred } from "./exact.js";
import { liftOf } from "./logits.js";
import { scalesToOne, sumOfDifferences } from "./pair.js";
import { isNormal, lnRatio } from "./wide.js";

/** ln p̂ of each class of a row of any kind: -∞ where it is impossible. */
class Distribution {
  readonly row: NamedRow;
  /** Σp of probabilities. */
  readonly sum: number = 1;
  readonly #lift: number = 1;
  readonly #scale: number = 1;
  readonly #largest: number = 0;
  readonly #logSum: number = 0;

  constructor({ length, temperature }: Call, row: NamedRow) {
    this.row = row;
    if (row.kind === "probabilities") {
      this.sum = sumOf({ length }, row);
      return;
    }
    if (row.kind === "logits") {
      this.#lift = liftOf(temperature);
      this.#scale = 1 / (temperature * this.#lift);
    }
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = row.start; i < row.start + length; i++) if (largest < row.source[i]) largest = row.source[i];
    this.#largest = largest;
    const sum = new Sum();
    for (let i = row.start; i < row.start + length; i++) sum.add(exp(this.#exponentOf(row.source[i])));
    this.#logSum = ln(sum.value);
  }

  #exponentOf(z: number): number {
    return lifted(z, this.#largest, this.#lift) * this.#scale;
  }

  at(i: number): number {
    return this.row.source[this.row.start + i];
  }

  isPossible(i: number): boolean {
    return !isImpossible(this.row, i);
  }

  ln(i: number): number {
    const x = this.at(i);
    if (this.row.kind !== "probabilities") return this.#exponentOf(x) - this.#logSum;
    return x === 0 ? Number.NEGATIVE_INFINITY : lnRatio(x, this.sum);
  }
}

/** Two rows, and ln(p̂/q̂) of the classes that are possible in both. */
class DistributionPair {
  readonly p: Distribution;
  readonly q: Distribution;
  /** Of probabilities: powers of 2 that take both sums to [1, 2), and γ of q̃ = q·(1 + γ), which has the sum of p. */
  readonly #a: number = 1;
  readonly #b: number = 1;
  readonly #gamma: number = 0;
  readonly #areProbabilities: boolean;
  readonly #call: Call;
  #exact: ExactPair | undefined;

  constructor(call: Call, rows: readonly NamedRow[]) {
    this.#call = call;
    const [p, q] = rows;
    this.p = new Distribution(call, p);
    this.q = new Distribution(call, q);
    this.#areProbabilities = p.kind === "probabilities" && q.kind === "probabilities";
    if (!this.#areProbabilities) return;
    [this.#a, this.#b] = scalesToOne(this.p.sum, this.q.sum);
    this.#gamma = sumOfDifferences(call.length, p, this.#a, q, this.#b) / (this.q.sum * this.#b);
  }

  logRatio(i: number): number {
    if (!this.#areProbabilities) return this.p.ln(i) - this.q.ln(i);
    const x = this.p.at(i) * this.#a;
    const y = this.q.at(i) * this.#b;
    const grownY = y + this.#gamma * y;
    if (!isNormal(x) || !isNormal(y) || !isNormal(grownY)) return this.p.ln(i) - this.q.ln(i);
    const d = x - y - this.#gamma * y;
    if (!(Math.abs(d) <= grownY / 2)) return lnRatio(x, grownY);
    const relative = d / grownY;
    if (!isBlurred(this.#gamma, relative)) return log1p(relative);
    this.#exact ??= new ExactPair(this.#call, [this.p.row, this.q.row]);
    return log1p(this.#exact.relativeDifference(i));
  }
}

/** ln Σ e^t over classes; those of -∞ add nothing. */
export function logSumOf(length: number, logarithm: (i: number) => number): number {
  const t = new Float64Array(length);
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    t[i] = logarithm(i);
    if (most < t[i]) most = t[i];
  }
  if (!Number.isFinite(most)) return most;
  const sum = new Sum();
  for (let i = 0; i < length; i++) sum.add(exp(t[i] - most));
  return most + ln(sum.value);
}

/** ln Σ√(p̂q̂), the same to the bit for (q, p). */
export function logAffinity(call: Call, rows: readonly NamedRow[]): number {
  const [p, q] = rows.map((row) => new Distribution(call, row));
  return logSumOf(call.length, (i) => (p.ln(i) + q.ln(i)) / 2);
}

/** ln Σ p̂^(1+β) q̂^(-β). Near 0 it is from terms as those of the kernel. */
export function logOfPowers(call: Call, rows: readonly NamedRow[], beta: number): number {
  const pair = new DistributionPair(call, rows);
  const { p, q } = pair;
  const logPower = (i: number): number => {
    if (!p.isPossible(i)) return Number.NEGATIVE_INFINITY;
    if (!q.isPossible(i)) return beta > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return p.ln(i) + beta * pair.logRatio(i);
  };
  const result = logSumOf(call.length, logPower);
  if (!(Math.abs(result) < 1)) return result;
  const sum = new Sum();
  for (let i = 0; i < call.length; i++) {
    const x = exp(p.ln(i));
    const y = exp(q.ln(i));
    const areBoth = p.isPossible(i) && q.isPossible(i);
    const r = areBoth ? pair.logRatio(i) : 0;
    const v = beta * r;
    if (areBoth && Math.abs(v) <= 2) {
      sum.add(x * excessNear_f64(v) + beta * (Math.abs(r) <= 2 ? x * excessNear_f64(-r) : x * (r - 1) + y));
    } else {
      sum.add(exp(logPower(i)) - x - beta * (x - y));
    }
  }
  return log1p(sum.value);
}

/** max ln(p̂/q̂); Infinity where some class is possible in p alone. */
export function largestLogRatio(call: Call, rows: readonly NamedRow[]): number {
  const pair = new DistributionPair(call, rows);
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < call.length; i++) {
    if (!pair.p.isPossible(i)) continue;
    if (!pair.q.isPossible(i)) return Number.POSITIVE_INFINITY;
    const r = pair.logRatio(i);
    if (most < r) most = r;
  }
  return most;
}

/** ln Σ p̂^α, and Σ p̂^α - 1. */
export function powersOf(call: Call, row: NamedRow, alpha: number): { log: number; lessOne: number } {
  const p = new Distribution(call, row);
  let log = logSumOf(call.length, (i) => {
    const logP = p.ln(i);
    // α·0 = 0, though α be too large for α·ln p̂
    return logP === 0 ? 0 : alpha * logP;
  });
  if (alpha >= 0.5 && Math.abs(log) < 1) {
    const sum = new Sum();
    for (let i = 0; i < call.length; i++) {
      const logP = p.ln(i);
      if (logP > Number.NEGATIVE_INFINITY) {
        const y = (alpha - 1) * logP;
        sum.add(Math.abs(y) <= 2 ? exp(logP) * expm1(y) : exp(logP + y) - exp(logP));
      }
    }
    log = log1p(sum.value);
    return { log, lessOne: sum.value };
  }
  return { log, lessOne: expm1(log) };
}

/** Σ q̂ over the classes that are possible in p, and over the others. */
export function massOn(call: Call, rows: readonly NamedRow[]): [inside: number, outside: number] {
  const q = new Distribution(call, rows[1]);
  const inside = new Sum();
  const outside = new Sum();
  for (let i = 0; i < call.length; i++) {
    (isImpossible(rows[0], i) ? outside : inside).add(exp(q.ln(i)));
  }
  return [inside.value, outside.value];
}
