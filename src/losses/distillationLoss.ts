// How far a student's rows of logits are from a teacher's, at a temperature, with the gradient in the student's logits.

import type { Backend, FloatArray, Vector } from "../backends/backend.js";
import type { Float16 } from "../backends/halves.js";
import * as kernels from "../backends/kernels.js";
import { map } from "../backends/writing.js";
import {
  type Call,
  checkCallOptions,
  isImpossible,
  type NamedRow,
  precisionOf,
  temperatureOf,
} from "../call/arguments.js";
import { checkApart, checkOut, openRows } from "../call/calls.js";
import { type Loss, loss } from "../call/forms.js";
import type { Matrix } from "../call/inputs.js";
import { countRows, readMask, selectForLoss } from "../call/masks.js";
import type { EngineOption, Mask } from "../call/options.js";
import { checkNumber, show } from "../engine/checks.js";
import { guard } from "../engine/overlap.js";
import type { Loop, Work } from "../engine/work.js";
import { compareLogits, isTooCoarse } from "../measures/row/klOfLogits.js";
import { fieldsFor, findSums, offsetOfNormalized, oneOf, sumOfExponentials } from "../measures/row/logits.js";
import { SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";
import { scaledSum } from "../numbers/twofold.js";
import { computeRows, type DistillationSettings, isExtreme } from "./distillationRows.js";
import { bringGradient, checkReduction, draftOf, gradientOption } from "./labels.js";

/** The options of {@link index!distillationLoss}. */
export interface DistillationLossOptions extends EngineOption {
  /** The length of a row: >= 1. Required for flat arrays, which are row-major; a list with the length of each if they differ. */
  rowLength?: number | readonly number[];
  /**
   * Uses the first `classes` numbers of each row: vocabularies are padded, and not all alike. The numbers that are left out may have 1e-6 of
   * the mass of their row. Rows that are longer are copied, and a gradient has
   * `classes` numbers per row.
   */
  classes?: number;
  /** Which rows count: one entry per row, 1 or `true`. The others are not looked at: they add nothing, and have a gradient of 0. */
  mask?: Mask;
  /** τ: divides the logits of both models, and the loss is multiplied by τ². Positive, 1 by default. */
  temperature?: number;
  /**
   * `"forward"` (the default): KL(teacher‖student). `"reverse"`: KL(student‖teacher). `"js"`: β·KL(teacher‖m) + (1 - β)·KL(student‖m), where
   * m = β·teacher + (1 - β)·student.
   */
  direction?: "forward" | "reverse" | "js";
  /**
   * β for `direction: "js"`, from 0 to 1; ½ by default. 0 and 1 give the forward and the reverse KL: what the loss divided by β tends to as β
   * goes to 0, and the loss divided by 1 - β as β goes to 1.
   */
  beta?: number;
  /** `"batchmean"` (the default) and `"mean"`: the mean over rows. `"sum"`: the sum. `"none"`: the loss of each row, in `perRow`. */
  reduction?: "mean" | "batchmean" | "sum" | "none";
  /**
   * `true`: returns d loss / d student logits in a new array. An array of their type: writes it there; to a Float16Array, rounded. It may be the logits themselves: then the losses are
   * computed first, so that an error leaves the logits as they were.
   */
  gradient?: boolean | Float32Array | Float64Array | Float16;
}

/** The result of {@link index!distillationLoss}. */
export interface DistillationLoss {
  /** The loss in nats; with `reduction: "none"`, the sum over rows. */
  loss: number;
  /** The number of rows that count. */
  count: number;
  /** With `reduction: "none"`: the loss of each row; NaN for rows that the mask leaves out. */
  perRow?: Float64Array;
  /** With `gradient`: d loss / d student logits, of their type; with `reduction: "none"`, the gradient of each row's own loss. */
  gradient?: FloatArray;
}

const KEYS = ["rowLength", "classes", "mask", "temperature", "direction", "beta", "reduction", "gradient"] as const;
const REDUCTIONS = ["mean", "batchmean", "sum", "none"] as const;
const DIRECTIONS: readonly string[] = ["forward", "reverse", "js"];
const NAME = "distillationLoss";

const rowOf = (argument: string, source: Vector, start: number): NamedRow => ({
  argument,
  source,
  start,
  scale: 1,
  kind: "logits",
});

/** The loss of each row, without τ². Arrays: the student's logits, the teacher's, the gradient. */
const distillationLoop: Loop<DistillationSettings> = (backend, arrays, settings, from, to, values) => {
  const { precision, length } = settings.call;
  const [students, teachers] = arrays as Vector[];
  const gradient = arrays[2] as FloatArray | undefined;
  const hasOne = teachers.length === length;
  let teacher = rowOf("teacherLogits", teachers, 0);
  const atOnce = backend.rowsAtOnce(precision, length, [students, teachers, gradient]);
  const step = Math.max(1, atOnce);
  for (let first = from; first < to; first += step) {
    const count = Math.min(step, to - first);
    const at = first - from;
    if (atOnce > 0) computeRows(backend, settings, students, teachers, gradient, first, count, values, at);
    else values[at] = Number.NaN;
    for (let r = first; r < first + count; r++) {
      if (!Number.isNaN(values[r - from])) continue;
      const student = rowOf("studentLogits", students, r * length);
      if (!hasOne) teacher = rowOf("teacherLogits", teachers, r * length);
      values[r - from] = lossOfRow(backend, settings, teacher, student, gradient);
    }
  }
};

function prepareDistillationLoss(
  givenStudentLogits: Matrix,
  givenTeacherLogits: Matrix,
  options: DistillationLossOptions = {},
): Work<DistillationLoss, DistillationSettings> {
  checkCallOptions(NAME, options, KEYS);
  const { direction: asked = "forward", beta = 0.5, reduction = "batchmean" } = options;
  const names = ["studentLogits", "teacherLogits"];
  const sources = [givenStudentLogits as Vector, givenTeacherLogits as Vector];
  const { rows, rowLength } = openRows(NAME, names, sources, options);
  const [studentLogits, teacherLogits] = sources;
  const mask = readMask(NAME, options.mask, rows);
  if (studentLogits.length !== rows * rowLength) {
    throw new RangeError(`${NAME}: studentLogits has one row; it must have the ${rows} of teacherLogits`);
  }
  if (!DIRECTIONS.includes(asked)) {
    throw new RangeError(`${NAME}: direction is ${show(asked)}; it must be "forward", "reverse" or "js"`);
  }
  checkNumber(NAME, "beta", beta, (x) => x === 0 || (x >= 2 ** -300 && x <= 1), "from 0 to 1");
  checkReduction(NAME, reduction, REDUCTIONS);
  const ends = { 0: "forward", 1: "reverse" } as Record<number, typeof asked>;
  const direction = (asked === "js" && ends[beta]) || asked;
  const temperature = temperatureOf(NAME, options.temperature);
  const { wanted, given } = gradientOption(NAME, options.gradient);
  const type = precisionOf([studentLogits]);
  const length = studentLogits.length;
  const gradient = wanted ? checkOut(NAME, given, type, length, [studentLogits], "gradient") : undefined;
  if (gradient) checkApart(NAME, "gradient", gradient, "teacherLogits", teacherLogits);
  const draft = draftOf(NAME, gradient, type);
  const call: Call = {
    functionName: NAME,
    precision: precisionOf(sources),
    length: rowLength,
    normalize: true,
    unit: 1,
    temperature,
  };

  const isMean = reduction === "mean" || reduction === "batchmean";
  const count = countRows(NAME, mask, rows, isMean);
  const scale = isMean ? 1 / count : 1;
  const work: Work<DistillationLoss, DistillationSettings> = {
    functionName: NAME,
    loopName: NAME,
    loop: distillationLoop,
    rows,
    width: 1,
    arrays: [
      { array: studentLogits, perRow: rowLength },
      { array: teacherLogits, perRow: teacherLogits.length > rowLength ? rowLength : 0 },
      draft && { array: draft, perRow: rowLength, isWritten: true },
    ],
    settings: { call, direction, beta, slope: temperature * scale, hasGradient: wanted },
    guard,
    finish: (values) => {
      bringGradient(gradient, draft);
      const square = temperature * temperature;
      const isNormal = square >= SMALLEST_NORMAL_F64 && square < Number.POSITIVE_INFINITY;
      const perRow = values.map((value) => (isNormal ? square * value : temperature * (temperature * value)));
      return {
        loss: scaledSum(perRow, scale),
        count,
        ...(reduction === "none" && { perRow }),
        ...(gradient && { gradient }),
      };
    },
  };
  return selectForLoss(work, mask, [draft]);
}

/** The divergence of one row; its gradient in the student's logits times their temperature, times `slope`. */
function lossOfRow(
  backend: Backend,
  { call, direction, beta, slope, hasGradient }: DistillationSettings,
  teacher: NamedRow,
  student: NamedRow,
  gradient: FloatArray | undefined,
): number {
  if (direction === "js") return mixtureLoss(backend, call, beta, teacher, student, gradient, slope);
  const isForward = direction === "forward";
  // p is the first row, q the second
  const { value, logits, pSum, offset } = compareLogits(
    backend,
    call,
    isForward ? [teacher, student] : [student, teacher],
  );
  if (hasGradient && !isForward && value === Number.POSITIVE_INFINITY) throw noGradient(call, teacher, student);
  if (gradient === undefined) return value;
  const [p, q] = logits.found;
  const rows = [p.row, q.row];
  if (isForward) {
    // q - p
    const qSum = sumOfExponentials(backend, call, oneOf(logits, 1));
    backend.fields = fieldsFor(logits, { offset, factor: 1 / pSum, secondFactor: 1 / qSum, slope });
    map(backend, kernels.softmaxDifference, logits.precision, rows, call.length, gradient, student.start);
    return value;
  }
  // p·(ln(p/q) - KL)
  backend.fields = fieldsFor(logits, { offset: -offset, factor: slope / pSum, less: value, bShift: p.largest });
  map(backend, kernels.reverseGradient, logits.precision, [q.row, p.row], call.length, gradient, student.start);
  return value;
}

function noGradient(call: Call, teacher: NamedRow, student: NamedRow): RangeError {
  let i = 0;
  while (i < call.length && (!isImpossible(teacher, i) || isImpossible(student, i))) i++;
  const row = student.start / call.length;
  const why =
    i === call.length
      ? `of studentLogits is further from teacherLogits than a number can tell`
      : `of studentLogits gives a probability to class ${i}, which teacherLogits makes impossible`;
  return new RangeError(`${NAME}: row ${row} ${why}: the loss is infinite, and its gradient undefined`);
}

/** β·KL(p‖m) + (1 - β)·KL(q‖m); the gradient is (1 - β)·q·(ln(q/m) - KL(q‖m)). */
function mixtureLoss(
  backend: Backend,
  call: Call,
  beta: number,
  teacher: NamedRow,
  student: NamedRow,
  gradient: FloatArray | undefined,
  slope: number,
  isWide = false,
): number {
  const rows = [teacher, student];
  isWide ||= isExtreme(beta, call.precision);
  const logits = isWide ? findSums(backend, call, rows, "f64", true) : findSums(backend, call, rows);
  const { precision, scale, found } = logits;
  const [p, q] = found;
  const pSum = sumOfExponentials(backend, call, oneOf(logits, 0));
  const qSum = sumOfExponentials(backend, call, oneOf(logits, 1));
  const offset = offsetOfNormalized(logits, pSum, qSum);
  const fields = fieldsFor(logits, { offset, factor: 1 / pSum, secondFactor: 1 / qSum, weight: beta });
  backend.fields = fields;
  backend.reduce(kernels.mixtureDivergence, precision, [p.row, q.row], call.length);
  const toMixture = backend.total(2);
  const value = Math.max(0, beta * backend.total(0) + (1 - beta) * toMixture);
  if (!isWide && isTooCoarse(precision, value / (beta * (1 - beta)), offset * scale)) {
    return mixtureLoss(backend, call, beta, teacher, student, gradient, slope, true);
  }
  if (gradient) {
    backend.fields = { ...fields, slope: slope * (1 - beta), less: toMixture };
    map(backend, kernels.mixtureGradient, precision, [p.row, q.row], call.length, gradient, student.start);
  }
  return value;
}

/**
 * Computes the loss of a student model against a teacher, the mean over rows of τ²·KL(softmax(t/τ)‖softmax(s/τ)), where τ is the temperature,
 * and its gradient with respect to the student's logits.
 *
 * `direction` selects the reverse KL or the generalised Jensen–Shannon divergence instead. O(rows·classes) time; no memory except for the
 * gradient.
 *
 * @param studentLogits - s: a row-major matrix with rows of `rowLength` classes; finite, or -Infinity.
 * @param teacherLogits - t: a matrix of the same shape, or one row for all rows of the student.
 * @returns The loss in nats. Relative error of KL: 1e-5 (f32) or 1e-11 (f64), for values of at least 1e-9. Infinity if a class is possible
 * under the first distribution of a KL and impossible under the second.
 * @throws TypeError for an argument that is not an array of numbers, a `gradient` of another type than the student's logits, and for an
 * option that is unknown or of the wrong type.
 * @throws RangeError for a logit that is NaN or Infinity, a row that has only -Infinity, lengths that do not match, a `gradient` that overlaps
 * an argument in part, the gradient of an infinite reverse KL, and an option out of range.
 * @example
 * distillationLoss([0, 0], [0, 0], { rowLength: 2, temperature: 2 }).loss; // 0
 * distillationLoss([0, 0], [1, 0], { rowLength: 2, gradient: true }).gradient; // Float64Array [-0.23105857863000484, 0.23105857863000495]
 * @see {@link klDivergence}, {@link jsDivergence}: the same without gradient
 * @see G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network (2015)
 * @see R. Agarwal et al., On-Policy Distillation of Language Models (2024), for the generalised divergence
 * @category Losses
 */
export const distillationLoss: Loss<
  [studentLogits: Matrix, teacherLogits: Matrix],
  DistillationLossOptions,
  DistillationLoss
> = /* @__PURE__ */ loss({
  name: "distillationLoss",
  loopName: "distillationLoss",
  loop: distillationLoop,
  count: 2,
  prepare: prepareDistillationLoss,
});
