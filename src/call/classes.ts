// The first classes of rows that are longer: vocabularies are padded, and not all alike.

import type { Vector } from "../backends/backend.js";
import { halvesOf, numbersOf } from "../backends/halves.js";
import { allocate, checkInteger } from "../engine/checks.js";
import { exp } from "../numbers/scalar.js";
import { readMask } from "./masks.js";
import type { InputKind, MeasureOptions, RowSelection } from "./options.js";

export type ClassOptions = RowSelection & Pick<MeasureOptions, "temperature"> & { readonly classes: number };

/** What classes that are left out may have of the mass. */
const MOST_MASS = 1e-6;

/** The share of the mass of a row that its classes from `classes` on have. */
function massBeyond(
  source: Vector,
  start: number,
  classes: number,
  end: number,
  kind: InputKind,
  scale: number,
): number {
  let top = Number.NEGATIVE_INFINITY;
  if (kind !== "probabilities") for (let i = start; i < end; i++) if (source[i] > top) top = source[i];
  const massOf = (from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += kind === "probabilities" ? source[i] : exp((source[i] - top) * scale);
    return sum;
  };
  const beyond = massOf(start + classes, end);
  // of exponentials, the largest is 1
  if (kind !== "probabilities" && !(beyond > MOST_MASS)) return 0;
  return beyond / (beyond + massOf(start, start + classes));
}

/** What to throw for a row of which the classes from `classes` on have a share of the mass; undefined where they have none. */
export function errorOfLeftOut(
  functionName: string,
  argument: string,
  row: number,
  source: Vector,
  start: number,
  classes: number,
  rowLength: number,
  kind: InputKind,
  scale: number,
): RangeError | undefined {
  const mass = massBeyond(source, start, classes, start + rowLength, kind, scale);
  if (!(mass > MOST_MASS)) return undefined;
  return new RangeError(
    `${functionName}: the ${rowLength - classes} classes of row ${row} of ${argument} that are left out have ${mass} of its mass, not at most ${MOST_MASS}`,
  );
}

/**
 * The first `classes` of each row, copied. Throws for a row of which the others have a share of the mass, or has NaN in it instead where
 * invalid rows are no error.
 */
function firstClasses(
  functionName: string,
  argument: string,
  source: Vector,
  rowLength: number,
  classes: number,
  kind: InputKind,
  scale: number,
  mask: Uint8Array | undefined,
  isLenient: boolean,
): Vector {
  const rows = source.length / rowLength;
  const halves = halvesOf(source);
  const view = (halves?.data ?? source) as Float32Array;
  const type = ArrayBuffer.isView(view) ? (view.constructor as Float32ArrayConstructor) : Array<number>;
  const copy = allocate<Float32Array | number[]>(functionName, type, rows * classes);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < classes; i++) copy[r * classes + i] = view[r * rowLength + i];
    if (mask?.[r] === 0) continue;
    const error = errorOfLeftOut(functionName, argument, r, source, r * rowLength, classes, rowLength, kind, scale);
    if (error === undefined) continue;
    if (!isLenient) throw error;
    // an all-ones pattern is NaN in every format
    copy[r * classes] = halves ? 0xffff : Number.NaN;
  }
  return halves ? numbersOf(copy as never, halves.format) : (copy as Vector);
}

/** Replaces arrays whose rows are longer by their first classes. */
export function keepClasses(
  functionName: string,
  names: readonly string[],
  sources: Vector[],
  lengths: readonly number[],
  kinds: readonly InputKind[],
  { classes, temperature = 1, mask: given, onInvalidRow }: ClassOptions,
): void {
  checkInteger(functionName, "classes", classes, 1);
  const rows = Math.max(...sources.slice(0, names.length).map((source, i) => source.length / lengths[i]));
  const mask = Number.isInteger(rows) ? readMask(functionName, given, rows) : undefined;
  for (let i = 0; i < names.length; i++) {
    const length = lengths[i];
    if (length < classes) {
      throw new RangeError(`${functionName}: classes is ${classes}; a row of ${names[i]} has ${length} numbers`);
    }
    if (sources[i].length % length !== 0) {
      throw new RangeError(
        `${functionName}: ${names[i]} has ${sources[i].length} numbers, not a multiple of rowLength ${length}`,
      );
    }
    if (length === classes) continue;
    const scale = kinds[i] === "logits" ? 1 / temperature : 1;
    const own = sources[i].length / length === rows ? mask : undefined;
    sources[i] = firstClasses(
      functionName,
      names[i],
      sources[i],
      length,
      classes,
      kinds[i],
      scale,
      own,
      onInvalidRow === "NaN",
    );
  }
}
