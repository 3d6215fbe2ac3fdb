import { Backend, CHUNK, type FloatArray, type Mapping, type Precision, type Reduction } from "../backend.js";
import { SLOTS } from "../layout.js";
import { State } from "./blocks.js";
import { kernels } from "./index.js";
import type { Fields } from "./logits.js";
import { logarithms_f64 } from "./logRatioOfLogits.js";

type Kernel = (...parameters: (FloatArray | State)[]) => number;

/** The kernels in JavaScript: the same bits as WebAssembly's, at the speed of a plain loop. */
export class JsBackend extends Backend<FloatArray> {
  readonly #state = new State();
  protected readonly totals = this.#state.totals;
  readonly #staging: Partial<Record<Precision, FloatArray[]>> = {};

  set gamma(value: number) {
    this.#state.gamma = value;
  }

  setExponent(precision: Precision, k: number): void {
    this.#state.k = k << (precision === "f32" ? 23 : 20);
  }

  protected writeFields(fields: Fields): void {
    this.#state.fields = fields;
  }

  protected holds(_source: FloatArray): boolean {
    return true;
  }

  protected at(source: FloatArray, start: number, count: number): FloatArray {
    return start === 0 && count === source.length ? source : source.subarray(start, start + count);
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
