import { probeOf, type Region, regionOf, reservedBytes } from "../backends/layout.js";
import { Space } from "../backends/space.js";
import { checkInteger } from "./checks.js";

const PAGE = 65536;
/** Every array starts on a cache line. */
const ALIGNMENT = 64;
/** Kernels step over the end of a row by up to a block, so that no row may end where pointers do. */
const LAST_BYTE = 2 ** 32 - PAGE;

/** Where an engine's arrays come from. */
export interface Memory {
  /** A new array of zeros. */
  allocate<T extends NumberArrayConstructor>(type: T, length: number, functionName?: string): InstanceType<T>;
  free(view: ArrayBufferView): void;
  /** Whether a buffer is its own, under whatever object. */
  holds(buffer: ArrayBufferLike): boolean;
  /** Makes sure of memory for arrays of `bytes` bytes in all. */
  reserve(bytes: number): void;
}

/** Those of labels and halves are for the engine itself. */
export type NumberArrayConstructor =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | Int32ArrayConstructor
  | Uint16ArrayConstructor
  | Uint8ArrayConstructor;

function nameOf(type: NumberArrayConstructor): string {
  return type === Float32Array ? "float32" : "float64";
}

function tooMuch(
  functionName: string,
  type: NumberArrayConstructor,
  length: number,
  used: number,
  maxBytes: number,
): RangeError {
  return new RangeError(
    `${functionName}: ${length} numbers (${length * type.BYTES_PER_ELEMENT} bytes) do not fit: ${used} of maxBytes = ` +
      `${maxBytes} are in use; free() arrays or create the engine with a larger maxBytes`,
  );
}

function notOurs(): RangeError {
  return new RangeError("free: this array is not one of this engine's, or has been freed already");
}

/** One WebAssembly.Memory: its lowest pages are the kernels', the rest is handed out, first fit. */
export class LinearMemory implements Memory {
  readonly space: Space;
  readonly shared: boolean;
  /** What is handed out lies from here … */
  readonly #start: number;
  /** … to here. */
  readonly #end: number;
  /** What counts as in use beside the arrays. */
  readonly #reserved: number;
  /** Bytes of each array: of the very object that was handed out, as its place may since have become another's. */
  readonly #sizes = new WeakMap<ArrayBufferView, number>();
  /** Free ranges in ascending order, never touching; the last has no end. */
  readonly #gaps: { start: number; end: number }[];
  #used: number;
  /** Nothing from here on has ever been handed out: it holds zeros, and costs nothing until it is written to. */
  #untouched: number;

  private constructor(space: Space, start: number, end: number, reserved: number) {
    this.space = space;
    this.shared = !(space.buffer instanceof ArrayBuffer);
    this.#start = start;
    this.#end = end;
    this.#reserved = reserved;
    this.#gaps = [{ start, end: Number.POSITIVE_INFINITY }];
    this.#used = reserved;
    this.#untouched = start;
  }

  /**
   * One of its own, for `threads` threads. A plain memory reserves all of `maxBytes` at once (untouched pages cost nothing), for
   * growth detaches its views.
   */
  static create(maxBytes: number, shared: boolean, threads = 1): LinearMemory {
    const maximum = Math.floor(maxBytes / PAGE);
    const reserved = reservedBytes(threads);
    const initial = shared ? Math.ceil(reserved / PAGE) : maximum;
    const space = new Space(new WebAssembly.Memory({ initial, maximum, shared }), probeOf(regionOf(0)));
    return new LinearMemory(space, reserved, Math.min(maximum * PAGE, LAST_BYTE), reserved);
  }

  /** The bytes from `start` to `end` of another's, which has handed them out with a region for the kernels. */
  static within(memory: WebAssembly.Memory, region: Region, start: number, end: number): LinearMemory {
    const within = new LinearMemory(new Space(memory, probeOf(region)), start, end, 0);
    within.#untouched = end; // who knows what an engine before this one has left there
    return within;
  }

  allocate<T extends NumberArrayConstructor>(type: T, length: number, functionName = nameOf(type)): InstanceType<T> {
    checkInteger(functionName, "length", length, 0);
    // an empty array has a place of its own too, so that it can be freed like any other
    const bytes = Math.max(1, Math.ceil((length * type.BYTES_PER_ELEMENT) / ALIGNMENT)) * ALIGNMENT;
    const index = this.#gaps.findIndex(({ start, end }) => end - start >= bytes);
    const gap = this.#gaps[index];
    const offset = gap.start;
    const end = offset + bytes;
    if (end > this.#end)
      throw tooMuch(functionName, type, length, this.#used, this.#end - this.#start + this.#reserved);
    this.#grow(end, () => `${functionName}: the platform gave no memory for ${length} more numbers`);
    gap.start = end;
    if (gap.start === gap.end) this.#gaps.splice(index, 1);
    this.#used += bytes;
    const view = new type(this.space.buffer, offset, length) as InstanceType<T>;
    this.#sizes.set(view, bytes);
    if (offset < this.#untouched) view.fill(0, 0, Math.ceil((this.#untouched - offset) / type.BYTES_PER_ELEMENT));
    this.#untouched = Math.max(this.#untouched, end);
    return view;
  }

  holds(buffer: ArrayBufferLike): boolean {
    return this.space.holds(buffer);
  }

  free(view: ArrayBufferView): void {
    const bytes = this.#sizes.get(view);
    if (bytes === undefined) throw notOurs();
    this.#sizes.delete(view);
    const start = view.byteOffset;
    this.#used -= bytes;
    const end = start + bytes;
    const next = this.#gaps.findIndex((gap) => gap.start >= end);
    const before = this.#gaps[next - 1];
    const after = this.#gaps[next];
    if (before?.end === start && after.start === end) {
      after.start = before.start;
      this.#gaps.splice(next - 1, 1);
    } else if (before?.end === start) {
      before.end = end;
    } else if (after.start === end) {
      after.start = start;
    } else {
      this.#gaps.splice(next, 0, { start, end });
    }
  }

  reserve(bytes: number): void {
    this.#grow(Math.min(this.#start + bytes, this.#end), () => `reserve: the platform gave no ${bytes} bytes`);
  }

  #grow(bytes: number, message: () => string): void {
    try {
      this.space.grow(bytes);
    } catch (error) {
      throw new RangeError(message(), { cause: error });
    }
  }
}

/** Ordinary arrays, counted: for the engine without WebAssembly. */
export class PlainMemory implements Memory {
  readonly #maxBytes: number;
  readonly #arrays = new Set<ArrayBufferView>();
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #used = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  allocate<T extends NumberArrayConstructor>(type: T, length: number, functionName = nameOf(type)): InstanceType<T> {
    checkInteger(functionName, "length", length, 0);
    const bytes = length * type.BYTES_PER_ELEMENT;
    if (this.#used + bytes > this.#maxBytes) throw tooMuch(functionName, type, length, this.#used, this.#maxBytes);
    const array = new type(length);
    this.#arrays.add(array);
    this.#buffers.add(array.buffer);
    this.#used += bytes;
    return array as InstanceType<T>;
  }

  holds(buffer: ArrayBufferLike): boolean {
    return this.#buffers.has(buffer);
  }

  free(view: ArrayBufferView): void {
    if (!this.#arrays.delete(view)) throw notOurs();
    this.#buffers.delete(view.buffer);
    this.#used -= view.byteLength;
  }

  /** Ordinary arrays come one by one. */
  reserve(_bytes: number): void {}
}
