// Jeffreys' and Jensen and Shannon's divergences: two passes, the first for both sums and what the rows hold. The larger sum
// comes first, so that γ = Σp/Σq - 1 >= 0 and the result is the same, to the bit, for (p, q) and (q, p).

import { type Backend, P_IS_ZERO, Q_IS_ZERO, UNUSUAL } from "../backend.js";
import { type Call, checkSum, type NamedRow } from "../inputs.js";
import { LN2 } from "../scalar.js";
import { checkedSums, isOrdinary, reduceScaled, scaleToOne } from "./pair.js";
import { wideJeffreys, wideJensenShannon } from "./wide.js";

/** γ up to which f32 keeps a divergence of 1e-12 to 2e-7; beyond, f32 rows are computed in f64. */
const GAMMA_F32 = 2 ** -20;

interface Family {
  readonly kernel: "jeffreysDivergence" | "jsDivergence";
  readonly wide: typeof wideJeffreys;
  /** Flags for which the result is infinite. */
  readonly infinite: number;
}

/** Σ term(p/Σp, q/Σq). */
function symmetric(backend: Backend, call: Call, p: NamedRow, q: NamedRow, family: Family): number {
  let flags = backend.reduce("survey", call.precision, [p, q], call.length);
  const unusual = (flags & UNUSUAL) !== 0;
  let pSum: number;
  let qSum: number;
  if (unusual) {
    [pSum, qSum] = checkedSums(call, p, q);
  } else {
    pSum = backend.total(1);
    qSum = backend.total(2);
    checkSum(call, p, pSum);
    checkSum(call, q, qSum);
  }
  if (flags & family.infinite) return Number.POSITIVE_INFINITY;
  if (pSum < qSum) {
    [p, q] = [q, p];
    [pSum, qSum] = [qSum, pSum];
  }

  const gamma = (pSum - qSum) / qSum;
  const ordinary = !unusual && isOrdinary(pSum) && isOrdinary(qSum);
  if (ordinary && gamma <= (call.precision === "f32" ? GAMMA_F32 : 1)) {
    backend.gamma = gamma;
    backend.reduce(family.kernel, call.precision, [p, q], call.length);
    return backend.total(0) / pSum;
  }

  // by powers of 2, which round nothing, to sums P in [1, 2) and Q in (P/2, P]; then γ in [0, 1)
  const a = scaleToOne(pSum);
  let b = scaleToOne(qSum);
  if (qSum * b > pSum * a) b /= 2;
  const scaledGamma = (pSum * a - qSum * b) / (qSum * b);
  flags = reduceScaled(backend, "survey", call, p, q, a, b);
  if (flags & UNUSUAL) return family.wide(p, q, call.length, a, b * (1 + scaledGamma)) / (pSum * a);
  if (flags & family.infinite) return Number.POSITIVE_INFINITY;
  backend.gamma = scaledGamma;
  reduceScaled(backend, family.kernel, call, p, q, a, b);
  return backend.total(0) / (pSum * a);
}

const JEFFREYS: Family = {
  kernel: "jeffreysDivergence",
  wide: wideJeffreys,
  infinite: P_IS_ZERO | Q_IS_ZERO,
};

const JENSEN_SHANNON: Family = { kernel: "jsDivergence", wide: wideJensenShannon, infinite: 0 };

/** KL(p‖q) + KL(q‖p). */
export function jeffreysDivergence(backend: Backend, call: Call, p: NamedRow, q: NamedRow): number {
  return symmetric(backend, call, p, q, JEFFREYS);
}

/** ½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2; in [0, ln 2]. */
export function jsDivergence(backend: Backend, call: Call, p: NamedRow, q: NamedRow): number {
  return Math.min(LN2, symmetric(backend, call, p, q, JENSEN_SHANNON) / 2);
}
