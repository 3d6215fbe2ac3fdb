import type { ModuleText } from "../generated/modules.js";
import { kindOf } from "./arrays.js";
import { Backend, type FloatArray, OUT, type Row, type Vector } from "./backend.js";
import type { Fields } from "./fields.js";
import { type Halves, halvesOf, isOf16 } from "./halves.js";
import { BLOCKS, TOTAL } from "./js/blocks.js";
import { widened } from "./js/halves.js";
import { type Kernel, PARAMETERS, type Precision } from "./kernel.js";
import { converted, widenBytes, widenHalves } from "./kernels.js";
import { CHUNK_BYTES, COLUMNS, FAMILY, JOB, RESERVED_BYTES, type Region, ROWS, SLOTS, TABLE } from "./layout.js";
import { instantiate } from "./modules.js";
import type { Space } from "./space.js";

type Loop = (...parameters: number[]) => number;

/** A kernel's functions by the type of a lane. */
interface Loops {
  readonly f32: Loop;
  readonly f64: Loop;
  /** Over a batch. */
  readonly rows: { readonly f32: Loop; readonly f64: Loop };
  /** Of halves. */
  readonly largest: Loop;
}

/** The WebAssembly kernels over a linear memory. Rows that lie in it are read in place. */
export class SimdBackend extends Backend<number> {
  /** Of the module that all kernels are in; without one, each kernel brings its own. */
  readonly #exports: WebAssembly.Exports | undefined;
  /** Of the modules that have been instantiated. */
  readonly #instances = new Map<ModuleText, WebAssembly.Exports>();
  /** By index of the kernel, those that have been called. */
  readonly #loops: Loops[] = [];
  readonly #space: Pick<Space, "memory" | "buffer" | "holds">;
  readonly region: Region;
  readonly totals: Float64Array;
  readonly #fields: Float64Array;
  readonly #fieldsF32: Float32Array;
  readonly #exponent: Int32Array;
  readonly #parameters: Float64Array;
  readonly table: Float64Array;
  readonly tableBits: Int32Array;
  /** Pointer and step of each operand and of the output, as a kernel finds them; and of all operands that were set. */
  readonly #job: Uint32Array;
  readonly #operands = new Uint32Array(2 * (OUT + 1));
  readonly #most: Float64Array;
  readonly #staging: Record<Precision, FloatArray[]>;
  readonly #bytes: Uint8Array;

  /** Works in a region of its own of the memory, with the kernels of `binary` or each from its own module. */
  constructor(
    binary: WebAssembly.Exports | undefined,
    space: Pick<Space, "memory" | "buffer" | "holds">,
    region: Region,
  ) {
    super();
    this.#space = space;
    this.region = region;
    this.#exports = binary;
    const { buffer } = space;
    const family = region.state + FAMILY;
    this.totals = new Float64Array(buffer, region.state, 3 * TOTAL);
    this.#fields = new Float64Array(buffer, family, 10);
    this.#fieldsF32 = new Float32Array(buffer, family + 80, 10);
    this.#exponent = new Int32Array(buffer, family, 2);
    this.#parameters = new Float64Array(buffer, family, PARAMETERS);
    this.table = new Float64Array(buffer, region.state + TABLE, ROWS * COLUMNS);
    this.tableBits = new Int32Array(buffer, region.state + TABLE, 2 * ROWS * COLUMNS);
    this.#job = new Uint32Array(buffer, region.state + JOB, 10);
    this.#most = new Float64Array(buffer, region.state + JOB + 40, 1);
    const slots = (type: Float32ArrayConstructor | Float64ArrayConstructor) =>
      Array.from(
        { length: SLOTS },
        (_, slot) => new type(buffer, region.staging + slot * CHUNK_BYTES, CHUNK_BYTES / type.BYTES_PER_ELEMENT),
      );
    this.#bytes = new Uint8Array(buffer, region.staging, SLOTS * CHUNK_BYTES);
    this.#staging = { f32: slots(Float32Array), f64: slots(Float64Array) };
  }

  loopsOf(kernel: Kernel): Loops {
    return this.#loops[kernel.index] ?? this.#load(kernel);
  }

  #load({ module, name, index }: Kernel): Loops {
    const exports = this.#exports ?? this.#instances.get(module) ?? instantiate(module, this.#space.memory);
    if (this.#exports === undefined) this.#instances.set(module, exports);
    const loops = {
      f32: exports[`${name}_f32`] as Loop,
      f64: exports[`${name}_f64`] as Loop,
      rows: { f32: exports[`${name}Rows_f32`] as Loop, f64: exports[`${name}Rows_f64`] as Loop },
      largest: exports.largestHalf_f32 as Loop,
    };
    this.#loops[index] = loops;
    return loops;
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

  set most(value: number) {
    this.#most[0] = value;
  }

  override widen(halves: Halves, start: number, count: number, precision: Precision, slot: number): void {
    if (precision === "f64") {
      super.widen(halves, start, count, precision, slot);
      return;
    }
    const { data, format } = halves;
    const run = this.loopsOf(data.BYTES_PER_ELEMENT === 1 ? widenBytes : widenHalves).f32;
    run(this.#readable(data, start, count, slot), count, this.region.state, this.stagingAt("f32", slot), format);
  }

  override reduce(kernel: Kernel, precision: Precision, rows: readonly Row[], length: number, firstSlot = 0): number {
    const { source, start, as } = rows[0];
    const halves = kernel.name === "maximum" && as === undefined && length > 7 && halvesOf(source);
    if (halves && isOf16(halves.format)) {
      const largest = this.#largest(halves, start, length, firstSlot);
      if (largest !== undefined) {
        this.totals.fill(0);
        this.totals[0] = largest;
        this.totals[BLOCKS] = 1;
        return 0;
      }
    }
    return super.reduce(kernel, precision, rows, length, firstSlot);
  }

  /** The largest of halves, which are not widened; undefined where one is NaN or Infinity. */
  #largest({ data, format }: Halves, start: number, length: number, slot: number): number | undefined {
    const run = this.loopsOf(widenHalves).largest;
    const step = this.holds(data) ? length : CHUNK_BYTES / 2;
    this.staged[slot] = undefined;
    let largest = Number.NEGATIVE_INFINITY;
    for (let done = 0; done < length; done += step) {
      // never fewer than 8: the first of the last chunk may be those before it once more
      const from = Math.min(done, length - 8);
      const count = Math.min(step, length - from);
      const half = run(this.#readable(data, start + from, count, slot), count, format ? 0x7f80 : 0x7c00);
      if (half < 0) return undefined;
      largest = Math.max(largest, widened(half, format));
    }
    return largest;
  }

  /**
   * Where a part of an array is that is to be written to a slot in another form: in the memory, or copied to the end of the slot, where
   * what is written from its start on never reaches what is still to be read.
   */
  #readable(view: FloatArray | Halves["data"], start: number, count: number, slot: number): number {
    const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = view;
    const from = byteOffset + start * size;
    if (this.holds(view)) return from;
    const at = (slot + 1) * CHUNK_BYTES - count * size;
    this.#bytes.set(new Uint8Array(buffer, from, count * size), at);
    return this.region.staging + at;
  }

  setOperand(operand: number, source: FloatArray, start: number, step: number): void {
    const bytes = source.BYTES_PER_ELEMENT;
    this.#operands[2 * operand] = source.byteOffset + start * bytes;
    this.#operands[2 * operand + 1] = step * bytes;
  }

  setStaged(operand: number, precision: Precision, slot: number, step: number): void {
    this.setLocation(operand, precision, this.stagingAt(precision, slot), step);
  }

  setLocation(operand: number, precision: Precision, location: number, step: number): void {
    this.#operands[2 * operand] = location;
    this.#operands[2 * operand + 1] = precision === "f32" ? step * 4 : step * 8;
  }

  repeatOperand(from: number, to: number): void {
    this.#operands.copyWithin(2 * to, 2 * from, 2 * from + 2);
  }

  runRows(kernel: Kernel, precision: Precision, length: number, count: number, mode: number, first = 0): void {
    const job = this.#job;
    const operands = this.#operands;
    for (let i = 0, from = 2 * first; i < 2 * kernel.inputs; i++, from++) job[i] = operands[from];
    job[8] = operands[2 * OUT];
    job[9] = operands[2 * OUT + 1];
    const { rows } = this.loopsOf(kernel);
    (precision === "f32" ? rows.f32 : rows.f64)(this.region.state, length, count, mode);
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

  writeParameters(to: Float64Array): void {
    // between shared arrays `set` takes longer
    for (let i = 0; i < PARAMETERS; i++) to[i] = this.#parameters[i];
  }

  readParameters(from: Float64Array): void {
    for (let i = 0; i < PARAMETERS; i++) this.#parameters[i] = from[i];
  }

  holds(source: ArrayBufferView): boolean {
    // the offset first: it tells of most ordinary arrays, and reading `buffer` takes 25 ns
    return source.byteOffset >= RESERVED_BYTES && this.#space.holds(source.buffer);
  }

  at(source: FloatArray, start: number): number {
    return source.byteOffset + start * source.BYTES_PER_ELEMENT;
  }

  inSpace(_precision: Precision, offset: number): number {
    return offset;
  }

  staging(precision: Precision, slot: number): FloatArray {
    return (precision === "f32" ? this.#staging.f32 : this.#staging.f64)[slot];
  }

  stagingAt(_precision: Precision, slot: number): number {
    return this.region.staging + slot * CHUNK_BYTES;
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
    const from = this.#readable(source as FloatArray, start, count, slot);
    const to = this.stagingAt(precision, slot);
    const loops = this.loopsOf(converted);
    if (precision === "f64") return loops.f64(from, count, to, shift, scale, kindOf(source));
    loops.f32(from, count, to, scale);
    return 0;
  }

  call(kernel: Kernel, precision: Precision, rows: readonly number[], count: number): number {
    const run = this.loopsOf(kernel)[precision];
    const { state } = this.region;
    if (rows.length === 2) return run(rows[0], rows[1], count, state);
    if (rows.length === 1) return run(rows[0], count, state);
    if (rows.length === 3) return run(rows[0], rows[1], rows[2], count, state);
    return run(rows[0], rows[1], rows[2], rows[3], count, state);
  }

  callMapping(kernel: Kernel, precision: Precision, rows: readonly number[], out: number, count: number): number {
    const run = this.loopsOf(kernel)[precision];
    const { state } = this.region;
    if (rows.length === 1) return run(rows[0], count, state, out);
    return rows.length === 2
      ? run(rows[0], rows[1], count, state, out)
      : run(rows[0], rows[1], rows[2], count, state, out);
  }
}
