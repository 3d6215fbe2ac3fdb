// Numbers of 8 and 16 bits. They are f32 from where they are staged on.

import { isFloat32 } from "./arrays.js";
import { widened } from "./js/halves.js";

/**
 * How the numbers of a Uint16Array or a Uint8Array are to be read: IEEE's binary16 or bfloat16, of 16 bits; E4M3 (without infinities) or
 * E5M2 of the Open Compute Project, of 8.
 */
export type NumberFormat = "f16" | "bf16" | "e4m3" | "e5m2";

/** A Float16Array, where TypeScript knows of it. */
export type Float16 = typeof globalThis extends { Float16Array: { readonly prototype: infer View } } ? View : never;

/** In the order of the kernels. Those of 16 bits come first. */
export const FORMATS: readonly string[] = ["f16", "bf16", "e4m3", "e5m2"];

/** Whether numbers of the format of an index have 16 bits. */
export const isOf16 = (format: number): boolean => format < 2;

/** The bits of numbers. In a proxy, which reads single numbers: all that look at few do without knowing of it. */
export class Halves {
  readonly data: Uint16Array | Uint8Array;
  /** Index of the format. */
  readonly format: number;
  readonly length: number;

  constructor(data: Uint16Array | Uint8Array, format: number) {
    this.data = data;
    this.format = format;
    this.length = data.length;
  }
}

const reader: ProxyHandler<Halves> = {
  get(halves, key) {
    const half: unknown = typeof key === "string" ? halves.data[key as never] : undefined;
    return typeof half !== "number" || key in halves ? halves[key as "length"] : widened(half, halves.format);
  },
};

/** What is behind each proxy: to ask the proxy takes a tenth of the time of widening a chunk. */
const behind = /* @__PURE__ */ new WeakMap<object, Halves>();

/** The bits of an array-like that {@link numbersOf} made; undefined of any other. */
export const halvesOf = (source: unknown): Halves | undefined => behind.get(source as object);

/** Bits as an array-like of their numbers. */
export function numbersOf(data: Uint16Array | Uint8Array, format: number): ArrayLike<number> {
  const halves = new Halves(data, format);
  const numbers = new Proxy(halves, reader);
  behind.set(numbers, halves);
  return numbers as unknown as ArrayLike<number>;
}

/** The formats of views that an engine has handed out. */
const known = /* @__PURE__ */ new WeakMap<object, number>();

/** Remembers the format of a view. */
export function remember<T extends Uint16Array>(view: T, format: NumberFormat): T {
  known.set(view, FORMATS.indexOf(format));
  return view;
}

/** Index of the format of bits, if it is remembered, or given; -1 if it is not. */
export const indexOfFormat = (view: object, format: string | undefined): number =>
  known.get(view) ?? FORMATS.indexOf(format as string);

/** What an array of numbers is stored in. */
export const viewOf = (source: unknown): unknown => halvesOf(source)?.data ?? source;

/** Whether numbers are f32, or of fewer bits. */
export const isSingle = (source: unknown): boolean => isFloat32(source) || halvesOf(source) !== undefined;
