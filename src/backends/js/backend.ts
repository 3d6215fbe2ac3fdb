import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import { HIGH, LOW } from "../../numbers/lanes.js";
import { Backend, FEW, type FloatArray, OUT, type Vector } from "../backend.js";
import { COLUMNS, DECLINED, FIELDS, FOUND, GIVEN, LARGEST, SKIP, SWAP, TOTALS } from "../batch.js";
import { type Fields, NO_FIELDS } from "../fields.js";
import { CHUNK, type Kernel, type Precision } from "../kernel.js";
import { SLOTS } from "../layout.js";
import type { Space } from "../space.js";
import { BLOCKS, State, TOTAL } from "./blocks.js";
import { maximum_f32, maximum_f64 } from "./logSumExp.js";
import { converted } from "./staging.js";

const FIELD_NAMES = Object.keys(NO_FIELDS) as (keyof Fields)[];

/** Fields as they lie among other numbers. */
const fieldsAt = (numbers: Float64Array, at: number): Fields => ({
  aShift: numbers[at],
  bShift: numbers[at + 1],
  scale: numbers[at + 2],
  aLeast: numbers[at + 3],
  offset: numbers[at + 4],
  factor: numbers[at + 5],
  less: numbers[at + 6],
  slope: numbers[at + 7],
  weight: numbers[at + 8],
  secondFactor: numbers[at + 9],
});

/** Rows of a batch. */
interface Operand {
  source: FloatArray;
  start: number;
  step: number;
}

/** The kernels in JavaScript: the same bits as WebAssembly's, at the speed of a plain loop. */
export class JsBackend extends Backend<FloatArray> {
  readonly #space: Space | undefined;
  readonly #state = new State();
  readonly totals = this.#state.totals;
  readonly table = this.#state.table;
  readonly tableBits = new Int32Array(this.table.buffer);
  readonly #operands: Operand[] = [];
  /** Of each operand, the row of few numbers that is computed. */
  readonly #few: Record<Precision, FloatArray[]> = { f32: [], f64: [] };
  #most = 0;
  readonly #staging: Partial<Record<Precision, FloatArray[]>> = {};

  set gamma(value: number) {
    this.#state.gamma = value;
  }

  /** On a memory that threads share, if they do. */
  constructor(space?: Space) {
    super();
    this.#space = space;
  }

  set most(value: number) {
    this.#most = value;
  }

  setExponent(precision: Precision, k: number): void {
    this.#state.k = k << (precision === "f32" ? 23 : 20);
  }

  setPower(beta: number, weight = 1): void {
    this.#state.beta = beta;
    this.#state.weight = weight;
  }

  protected writeFields(fields: Fields): void {
    this.#state.fields = fields;
  }

  writeParameters(to: Float64Array): void {
    const { gamma, k, beta, weight, fields } = this.#state;
    to[0] = gamma;
    to[1] = k;
    to[2] = beta;
    to[3] = weight;
    FIELD_NAMES.forEach((name, i) => {
      to[4 + i] = fields[name];
    });
  }

  readParameters(from: Float64Array): void {
    this.#state.gamma = from[0];
    this.#state.k = from[1];
    this.#state.beta = from[2];
    this.#state.weight = from[3];
    this.#state.fields = fieldsAt(from, 4);
  }

  setOperand(operand: number, source: FloatArray, start: number, step: number): void {
    this.#operands[operand] = { source, start, step };
  }

  setStaged(operand: number, precision: Precision, slot: number, step: number): void {
    this.setOperand(operand, this.staging(precision, slot), 0, step);
  }

  setLocation(operand: number, _precision: Precision, location: FloatArray, step: number): void {
    this.setOperand(operand, location, 0, step);
  }

  repeatOperand(from: number, to: number): void {
    this.#operands[to] = this.#operands[from];
  }

  runRows(kernel: Kernel, precision: Precision, length: number, count: number, mode: number, first = 0): void {
    const twin = kernel[precision];
    const out = kernel.isMapping ? this.#operands[OUT] : undefined;
    const shared = this.#state.fields;
    const own = { ...shared };
    const { table, totals } = this;
    const rows: FloatArray[] = [];
    for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
      if (mode & SKIP && table[line] !== 0) continue;
      this.#state.line = line;
      // losses leave others
      this.#state.fields = own;
      for (let i = 0; i < kernel.inputs; i++) {
        const { source, start, step } = this.#operands[first + i];
        rows[i] = this.#rowAt(i, precision, source, start + r * step, length);
      }
      if (mode & GIVEN) this.#takeFields(precision, line);
      if (mode & GIVEN && table[line + SWAP] !== 0) [rows[0], rows[1]] = [rows[1], rows[0]];
      if (mode & FOUND && !this.#findFields(precision, rows, own, kernel.name === "softTargets", line)) {
        table[line] = DECLINED;
        table.fill(0, line + TOTALS, line + TOTALS + 3);
        continue;
      }
      totals[BLOCKS] = 0;
      totals[TOTAL + BLOCKS] = 0;
      totals[2 * TOTAL + BLOCKS] = 0;
      if (out === undefined) table[line] = twin(...rows, this.#state) ?? 0;
      else table[line] = twin(...rows, this.#state, this.at(out.source, out.start + r * out.step, length)) ?? 0;
      for (let i = 0; i < 3; i++) table[line + TOTALS + i] = this.total(i);
    }
    this.#state.fields = shared;
  }

  /** A row of a batch: of few numbers a copy, for to make a view takes longer. */
  #rowAt(index: number, precision: Precision, source: FloatArray, start: number, length: number): FloatArray {
    if (length > FEW) return this.at(source, start, length);
    const copies = this.#few[precision];
    if (copies[index]?.length !== length)
      copies[index] = precision === "f32" ? new Float32Array(length) : new Float64Array(length);
    const copy = copies[index];
    for (let i = 0; i < length; i++) copy[i] = source[start + i];
    return copy;
  }

  /** The fields of a row from its line of the table. */
  #takeFields(precision: Precision, line: number): void {
    const { table, tableBits } = this;
    const state = this.#state;
    const at = line + FIELDS;
    state.fields = fieldsAt(table, at);
    state.gamma = table[at];
    state.beta = table[at + 1];
    state.weight = table[at + 2];
    state.k = tableBits[2 * at + (precision === "f32" ? LOW : HIGH)];
  }

  /** The fields of a row, or of a pair, from the largest numbers: src/measures/row/logits.ts. False where the row is to be computed by itself. */
  #findFields(
    precision: Precision,
    rows: readonly FloatArray[],
    own: Fields,
    isOfTargets: boolean,
    line: number,
  ): boolean {
    const maximum = precision === "f32" ? maximum_f32 : maximum_f64;
    const found = isOfTargets ? [rows[1]] : rows;
    let areTaken = true;
    for (let i = 0; i < found.length; i++) {
      this.totals[BLOCKS] = 0;
      const flags = maximum(found[i] as never, this.#state);
      const largest = flags === 0 ? this.totals[0] + 0 : Number.NaN;
      this.table[line + LARGEST + i] = largest;
      areTaken &&= Math.abs(largest) <= this.#most;
    }
    if (!areTaken) return false;
    const a = this.table[line + LARGEST];
    const b = found.length === 2 ? this.table[line + LARGEST + 1] : 0;
    own.aShift = a;
    own.bShift = isOfTargets ? a : b;
    own.aLeast = a + (precision === "f32" ? NEGLIGIBLE_F32 : NEGLIGIBLE_F64) / own.scale;
    own.offset = found.length === 2 ? (precision === "f32" ? Math.fround(a - b) : a - b) : 0;
    return true;
  }

  holds(_source: FloatArray): boolean {
    return true;
  }

  at(source: FloatArray, start: number, count: number): FloatArray {
    return start === 0 && count === source.length ? source : source.subarray(start, start + count);
  }

  inSpace(precision: Precision, offset: number, count: number): FloatArray {
    const { buffer } = this.#space as Space;
    return precision === "f32" ? new Float32Array(buffer, offset, count) : new Float64Array(buffer, offset, count);
  }

  staging(precision: Precision, slot: number): FloatArray {
    this.#staging[precision] ??= Array.from({ length: SLOTS }, () =>
      precision === "f32" ? new Float32Array(CHUNK.f32) : new Float64Array(CHUNK.f64),
    );
    return this.#staging[precision][slot];
  }

  stagingAt(precision: Precision, slot: number, count: number): FloatArray {
    return this.at(this.staging(precision, slot), 0, count);
  }

  protected convert(
    precision: Precision,
    source: Vector,
    start: number,
    count: number,
    slot: number,
    shift: number,
    scale: number,
  ): number {
    return converted(this.at(source as FloatArray, start, count), this.staging(precision, slot), shift, scale);
  }

  call(kernel: Kernel, precision: Precision, rows: readonly FloatArray[]): number {
    return kernel[precision](...rows, this.#state);
  }

  callMapping(kernel: Kernel, precision: Precision, rows: readonly FloatArray[], out: FloatArray): number {
    return kernel[precision](...rows, this.#state, out);
  }
}
