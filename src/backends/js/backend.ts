import { Backend, type FloatArray } from "../backend.js";
import { type Fields, NO_FIELDS } from "../fields.js";
import { CHUNK, type HalfFormat, type Mapping, type Precision, type Reduction } from "../kernels.js";
import { SLOTS } from "../layout.js";
import type { Space } from "../space.js";
import { State } from "./blocks.js";
import { widenBf16, widenF16 } from "./halves.js";
import { kernels } from "./index.js";
import { findLargest } from "./largest.js";
import { logarithms_f64 } from "./logRatioOfLogits.js";

const FIELD_NAMES = Object.keys(NO_FIELDS) as (keyof Fields)[];

type Kernel = (...parameters: (FloatArray | State)[]) => number;

/** The kernels in JavaScript: the same bits as WebAssembly's, at the speed of a plain loop. */
export class JsBackend extends Backend<FloatArray> {
  readonly #space: Space | undefined;
  readonly #state = new State();
  protected readonly totals = this.#state.totals;
  readonly #staging: Partial<Record<Precision, FloatArray[]>> = {};

  set gamma(value: number) {
    this.#state.gamma = value;
  }

  /** On a memory that threads share, if they do. */
  constructor(space?: Space) {
    super();
    this.#space = space;
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

  protected writeParameters(to: Float64Array): void {
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
    const fields = { ...NO_FIELDS };
    FIELD_NAMES.forEach((name, i) => {
      fields[name] = from[4 + i];
    });
    this.#state.fields = fields;
  }

  findLargest(source: FloatArray, start: number, length: number, indices: Int32Array): void {
    findLargest(source, start, length, indices);
  }

  widen(format: HalfFormat, from: Uint16Array, out: Float32Array): void {
    (format === "f16" ? widenF16 : widenBf16)(from, out);
  }

  protected holds(_source: FloatArray): boolean {
    return true;
  }

  protected at(source: FloatArray, start: number, count: number): FloatArray {
    return start === 0 && count === source.length ? source : source.subarray(start, start + count);
  }

  protected inSpace(precision: Precision, offset: number, count: number): FloatArray {
    const { buffer } = this.#space as Space;
    return precision === "f32" ? new Float32Array(buffer, offset, count) : new Float64Array(buffer, offset, count);
  }

  protected staging(precision: Precision, slot: number): FloatArray {
    this.#staging[precision] ??= Array.from({ length: SLOTS }, () =>
      precision === "f32" ? new Float32Array(CHUNK.f32) : new Float64Array(CHUNK.f64),
    );
    return this.#staging[precision][slot];
  }

  protected stagingAt(precision: Precision, slot: number, count: number): FloatArray {
    return this.at(this.staging(precision, slot), 0, count);
  }

  protected call(kernel: Reduction, precision: Precision, rows: readonly FloatArray[]): number {
    return (kernels[precision][kernel] as Kernel)(...rows, this.#state);
  }

  protected callMapping(
    kernel: Mapping | "logarithms",
    precision: Precision,
    rows: readonly FloatArray[],
    out: FloatArray,
  ): number {
    const run = precision === "f64" && kernel === "logarithms" ? logarithms_f64 : kernels[precision][kernel as Mapping];
    return (run as Kernel)(...rows, this.#state, out);
  }
}
