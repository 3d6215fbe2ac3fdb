// The types of typed arrays, whatever realm they come from: to `instanceof`, those of a frame or of a test's sandbox are none.

/** That of %TypedArray%, which knows its own and is undefined of anything else. */
const tagOf = /* @__PURE__ */ (() =>
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float32Array.prototype), Symbol.toStringTag)?.get as (
    this: unknown,
  ) => string | undefined)();

/** The name of a typed array's type; undefined of anything else. */
export const typeNameOf = (value: unknown): string | undefined => tagOf.call(value);

// a proxy of an array is an instance too, but no view
export const isFloat32 = (value: unknown): value is Float32Array =>
  ArrayBuffer.isView(value) && (value instanceof Float32Array || typeNameOf(value) === "Float32Array");

export const isFloat64 = (value: unknown): value is Float64Array =>
  ArrayBuffer.isView(value) && (value instanceof Float64Array || typeNameOf(value) === "Float64Array");
