// How far a student's rows of logits are from a teacher's, at a temperature, with the gradient in the student's logits.

import type { Backend, FloatArray, Vector } from "../backends/backend.js";
import { type Call, checkOptions, isImpossible, type NamedRow, precisionOf, temperatureOf } from "../call/arguments.js";
import { checkApart, checkOut, countRows } from "../call/calls.js";
import type { Loop, Work } from "../engine/work.js";
import { fieldsFor, findLogits, oneOf, sumOfExponentials } from "../measures/logits.js";
import { compareLogits, isTooCoarse, offsetOfNormalized } from "../measures/ofLogits.js";
import { sumOfAll } from "../numbers/twofold.js";
import { checkNumber, checkReduction, gradientOption } from "./labels.js";

/** The options of {@link index!distillationLoss}. */
export interface DistillationLossOptions {
  /** Classes: numbers of a row, >= 1; the matrices are row-major. */
  rowLength: number;
  /** τ: divides both rows' logits, and the loss is multiplied by τ²; positive, 1 by default. */
  temperature?: number;
  /**
   * `"forward"` (the default): KL(teacher‖student); `"reverse"`: KL(student‖teacher); `"js"`: β·KL(teacher‖m) + (1 -
   * β)·KL(student‖m), m = β·teacher + (1 - β)·student.
   */
  direction?: "forward" | "reverse" | "js";
  /** β of `"js"`, between 0 and 1; ½ by default. */
  beta?: number;
  /** `"batchmean"` by default, which is `"mean"`: over rows. `"sum"`, or `"none"` for the loss of each row. */
  reduction?: "mean" | "batchmean" | "sum" | "none";
  /** `true` for d loss / d student logits in a new array, or an array of their type to write it to, which may be the logits. */
  gradient?: boolean | Float32Array | Float64Array;
}

/** What {@link index!distillationLoss} gives. */
export interface DistillationLoss {
  /** In nats; with `reduction: "none"` the sum over rows. */
  loss: number;
  /** Rows of the student. */
  count: number;
  /** With `reduction: "none"`: the loss of each row. */
  perRow?: Float64Array;
  /** With `gradient`: d loss / d student logits, of their type; with `"none"`, that of each row's own loss. */
  gradient?: FloatArray;
}

const KEYS = ["rowLength", "temperature", "direction", "beta", "reduction", "gradient"] as const;
const REDUCTIONS = ["mean", "batchmean", "sum", "none"] as const;
const DIRECTIONS: readonly string[] = ["forward", "reverse", "js"];
const NAME = "distillationLoss";

interface DistillationSettings {
  readonly call: Call;
  readonly direction: string;
  readonly beta: number;
  /** Times the gradient. */
  readonly slope: number;
}

const rowOf = (argument: string, source: Vector, start: number): NamedRow => ({
  argument,
  source,
  start,
  scale: 1,
  kind: "logits",
});

/** The loss of each row, without τ². Arrays: the student's logits, the teacher's, the gradient. */
export const distillationLoop: Loop<DistillationSettings> = (backend, arrays, settings, from, to, values) => {
  const { call, direction, beta, slope } = settings;
  const [students, teachers] = arrays as Vector[];
  const gradient = arrays[2] as FloatArray | undefined;
  const hasOne = teachers.length === call.length;
  let teacher = rowOf("teacherLogits", teachers, 0);
  for (let r = from; r < to; r++) {
    const student = rowOf("studentLogits", students, r * call.length);
    if (!hasOne) teacher = rowOf("teacherLogits", teachers, r * call.length);
    values[r - from] = lossOfRow(backend, call, direction, beta, teacher, student, gradient, slope);
  }
};

export function distillationLoss(
  studentLogits: Vector,
  teacherLogits: Vector,
  options: DistillationLossOptions,
): Work<DistillationLoss, DistillationSettings> {
  checkOptions(NAME, options, KEYS);
  const { rowLength, direction = "forward" } = options;
  const names = ["studentLogits", "teacherLogits"];
  const rows = countRows(NAME, names, [studentLogits, teacherLogits], rowLength);
  if (studentLogits.length !== rows * rowLength) {
    throw new RangeError(`${NAME}: studentLogits has one row; it must have the ${rows} of teacherLogits`);
  }
  if (!DIRECTIONS.includes(direction)) {
    const shown = JSON.stringify(direction);
    throw new RangeError(`${NAME}: direction is ${shown}; it must be "forward", "reverse" or "js"`);
  }
  const beta = checkNumber(NAME, "beta", options.beta ?? 0.5, (x) => x >= 2 ** -300 && x < 1, "between 0 and 1");
  const reduction = checkReduction(NAME, options.reduction ?? "batchmean", REDUCTIONS);
  const temperature = temperatureOf(NAME, options.temperature);
  const { wanted, given } = gradientOption(NAME, options.gradient);
  const type = precisionOf([studentLogits]);
  const sources = [studentLogits, teacherLogits];
  const length = studentLogits.length;
  const gradient = wanted ? checkOut(NAME, given, type, length, [studentLogits], "gradient") : undefined;
  if (gradient) checkApart(NAME, "gradient", gradient, "teacherLogits", teacherLogits);
  const call: Call = {
    functionName: NAME,
    precision: precisionOf(sources),
    length: rowLength,
    normalize: true,
    unit: 1,
    temperature,
  };

  const isMean = reduction === "mean" || reduction === "batchmean";
  const scale = isMean ? 1 / rows : 1;
  return {
    functionName: NAME,
    loopName: NAME,
    loop: distillationLoop,
    rows,
    width: 1,
    arrays: [
      { array: studentLogits, perRow: rowLength },
      { array: teacherLogits, perRow: teacherLogits.length > rowLength ? rowLength : 0 },
      gradient && { array: gradient, perRow: rowLength, isWritten: true },
    ],
    settings: { call, direction, beta, slope: temperature * scale },
    finish: (values) => {
      const perRow = values.map((value) => temperature * temperature * value);
      return {
        loss: sumOfAll(perRow) * scale,
        count: rows,
        ...(reduction === "none" && { perRow }),
        ...(gradient && { gradient }),
      };
    },
  };
}

/** The divergence of one row; its gradient in the student's logits times their temperature, times `slope`. */
function lossOfRow(
  backend: Backend,
  call: Call,
  direction: string,
  beta: number,
  teacher: NamedRow,
  student: NamedRow,
  gradient: FloatArray | undefined,
  slope: number,
): number {
  if (direction === "js") return mixtureLoss(backend, call, beta, teacher, student, gradient, slope);
  const isForward = direction === "forward";
  // p is the first row, q the second
  const comparison = compareLogits(backend, call, isForward ? [teacher, student] : [student, teacher]);
  if (gradient === undefined) return comparison.value;
  const { value, logits, pSum, offset } = comparison;
  const [p, q] = logits.found;
  const rows = [p.row, q.row];
  if (isForward) {
    // q - p
    const qSum = sumOfExponentials(backend, call, oneOf(logits, 1));
    backend.fields = fieldsFor(logits, { offset, factor: 1 / pSum, secondFactor: 1 / qSum, slope });
    backend.map("softmaxDifference", logits.precision, rows, call.length, gradient, student.start);
    return value;
  }
  if (value === Number.POSITIVE_INFINITY) throw noGradient(call, teacher, student);
  // p·(ln(p/q) - KL)
  backend.fields = fieldsFor(logits, { offset: -offset, factor: slope / pSum, less: value, bShift: p.largest });
  backend.map("reverseGradient", logits.precision, [q.row, p.row], call.length, gradient, student.start);
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
  // a weight that would make f32 mixtures of negligible classes subnormal
  isWide ||= Math.min(beta, 1 - beta) < 2 ** -6 && call.precision === "f32";
  const logits = isWide ? findLogits(backend, call, rows, "f64", true) : findLogits(backend, call, rows);
  const { precision, scale, found } = logits;
  const [p, q] = found;
  const pSum = sumOfExponentials(backend, call, oneOf(logits, 0));
  const qSum = sumOfExponentials(backend, call, oneOf(logits, 1));
  const offset = offsetOfNormalized(logits, pSum, qSum);
  const fields = fieldsFor(logits, { offset, factor: 1 / pSum, secondFactor: 1 / qSum, weight: beta });
  backend.fields = fields;
  backend.reduce("mixtureDivergence", precision, [p.row, q.row], call.length);
  const toMixture = backend.total(2);
  const value = Math.max(0, beta * backend.total(0) + (1 - beta) * toMixture);
  if (!isWide && isTooCoarse(precision, value / (beta * (1 - beta)), offset * scale)) {
    return mixtureLoss(backend, call, beta, teacher, student, gradient, slope, true);
  }
  if (gradient) {
    backend.fields = { ...fields, slope: slope * (1 - beta), less: toMixture };
    backend.map("mixtureGradient", precision, [p.row, q.row], call.length, gradient, student.start);
  }
  return value;
}
