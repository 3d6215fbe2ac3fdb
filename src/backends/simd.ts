import { instantiateSync } from "@assemblyscript/loader";
import { Backend, type FloatArray } from "./backend.js";
import type { Fields } from "./fields.js";
import { TOTAL } from "./js/blocks.js";
import { findLargest } from "./js/largest.js";
import {
  type HalfFormat,
  type Mapping,
  PARAMETERS,
  type Precision,
  type Reduction,
  WIDENERS,
  type Widener,
} from "./kernels.js";
import { CHUNK_BYTES, FAMILY, LARGEST, MOST_LARGEST, RESERVED_BYTES, type Region, SLOTS } from "./layout.js";
import type { Space } from "./space.js";

type Kernel = (...parameters: number[]) => number;
type Kernels = Record<Reduction | Mapping | Widener | "logarithms" | "largest", Kernel>;

/** `family_type` of the instance's exports, by family. */
function kernelsOf({ exports }: WebAssembly.Instance, precision: Precision): Kernels {
  const suffix = `_${precision}`;
  const own = Object.entries(exports).filter(([name]) => name.endsWith(suffix));
  return Object.fromEntries(own.map(([name, kernel]) => [name.slice(0, -suffix.length), kernel])) as Kernels;
}

/** The WebAssembly kernels over a linear memory. Rows that lie in it are read in place. */
export class SimdBackend extends Backend<number> {
  readonly #kernels: Record<Precision, Kernels>;
  readonly #space: Space;
  readonly #region: Region;
  protected readonly totals: Float64Array;
  readonly #fields: Float64Array;
  readonly #fieldsF32: Float32Array;
  readonly #exponent: Int32Array;
  readonly #parameters: Float64Array;
  readonly #largest: Int32Array;
  readonly #staging: Record<Precision, FloatArray[]>;

  /** Works in a region of its own of the memory. */
  constructor(source: WebAssembly.Module, space: Space, region: Region) {
    super();
    this.#space = space;
    this.#region = region;
    // the instance's own exports: the loader's are wrapped, which costs each call an array of its arguments
    const { instance } = instantiateSync(source, { env: { memory: space.memory } });
    this.#kernels = { f32: kernelsOf(instance, "f32"), f64: kernelsOf(instance, "f64") };
    const { buffer } = space;
    const family = region.state + FAMILY;
    this.totals = new Float64Array(buffer, region.state, 3 * TOTAL);
    this.#fields = new Float64Array(buffer, family, 10);
    this.#fieldsF32 = new Float32Array(buffer, family + 80, 10);
    this.#exponent = new Int32Array(buffer, family, 2);
    this.#parameters = new Float64Array(buffer, family, PARAMETERS);
    const slots = (type: Float32ArrayConstructor | Float64ArrayConstructor) =>
      Array.from(
        { length: SLOTS },
        (_, slot) => new type(buffer, region.staging + slot * CHUNK_BYTES, CHUNK_BYTES / type.BYTES_PER_ELEMENT),
      );
    this.#largest = new Int32Array(buffer, region.state + LARGEST, MOST_LARGEST);
    this.#staging = { f32: slots(Float32Array), f64: slots(Float64Array) };
  }

  set gamma(value: number) {
    this.#fields[0] = value;
  }

  setExponent(precision: Precision, k: number): void {
    // added to bit patterns: to every i32 lane of f32, to the high word of f64
    this.#exponent[0] = precision === "f32" ? k << 23 : 0;
    this.#exponent[1] = precision === "f32" ? k << 23 : k << 20;
  }

  setPower(beta: number, weight = 1): void {
    this.#fields[1] = beta;
    this.#fields[2] = weight;
  }

  protected writeFields(fields: Fields): void {
    for (const to of [this.#fields, this.#fieldsF32]) {
      // the order of assembly/logits.ts
      to[0] = fields.aShift;
      to[1] = fields.bShift;
      to[2] = fields.scale;
      to[3] = fields.aLeast;
      to[4] = fields.offset;
      to[5] = fields.factor;
      to[6] = fields.less;
      to[7] = fields.slope;
      to[8] = fields.weight;
      to[9] = fields.secondFactor;
    }
  }

  protected writeParameters(to: Float64Array): void {
    to.set(this.#parameters);
  }

  readParameters(from: Float64Array): void {
    this.#parameters.set(from);
  }

  findLargest(source: FloatArray, start: number, length: number, indices: Int32Array): void {
    if (!this.holds(source)) {
      findLargest(source, start, length, indices);
      return;
    }
    const { largest } = this.#kernels[source instanceof Float32Array ? "f32" : "f64"];
    largest(this.at(source, start), length, this.#region.state, indices.length);
    indices.set(this.#largest.subarray(0, indices.length));
  }

  /** Both must lie in the memory. */
  widen(format: HalfFormat, from: Uint16Array, out: Float32Array): void {
    this.#kernels.f32[WIDENERS[format]](from.byteOffset, from.length, this.#region.state, out.byteOffset);
  }

  protected holds(source: FloatArray): boolean {
    // the offset first: it tells of most ordinary arrays, and reading `buffer` takes 25 ns
    return source.byteOffset >= RESERVED_BYTES && this.#space.holds(source.buffer);
  }

  protected at(source: FloatArray, start: number): number {
    return source.byteOffset + start * source.BYTES_PER_ELEMENT;
  }

  protected inSpace(_precision: Precision, offset: number): number {
    return offset;
  }

  protected staging(precision: Precision, slot: number): FloatArray {
    return this.#staging[precision][slot];
  }

  protected stagingAt(_precision: Precision, slot: number): number {
    return this.#region.staging + slot * CHUNK_BYTES;
  }

  protected call(kernel: Reduction, precision: Precision, rows: readonly number[], count: number): number {
    const run = this.#kernels[precision][kernel];
    const { state } = this.#region;
    if (rows.length === 2) return run(rows[0], rows[1], count, state);
    if (rows.length === 1) return run(rows[0], count, state);
    if (rows.length === 3) return run(rows[0], rows[1], rows[2], count, state);
    return run(rows[0], rows[1], rows[2], rows[3], count, state);
  }

  protected callMapping(
    kernel: Mapping | "logarithms",
    precision: Precision,
    rows: readonly number[],
    out: number,
    count: number,
  ): number {
    const run = this.#kernels[precision][kernel];
    const { state } = this.#region;
    if (rows.length === 1) return run(rows[0], count, state, out);
    return rows.length === 2
      ? run(rows[0], rows[1], count, state, out)
      : run(rows[0], rows[1], rows[2], count, state, out);
  }
}
