// Calls of few numbers without options. `callSingle` and `callArray` take longer to find out what is asked for, and where the numbers are,
// than the kernels to compute it. Here the first is kept from call to call, and the numbers are copied wherever they are.

import { isFloat32, isFloat64 } from "../backends/arrays.js";
import { FEW, type FloatArray, type Vector } from "../backends/backend.js";
import { bringOut, placeOut } from "../backends/writing.js";
import { runtimeFor } from "../engine/engines.js";
import type { Call } from "./arguments.js";
import {
  type ArrayDefinition,
  type Batch,
  batchOf,
  type Definition,
  kindOfBatch,
  type LogitKind,
  openArray,
  resultOf,
  settingsOfSingle,
  typeOf,
} from "./calls.js";

const value = /* @__PURE__ */ new Float64Array(1);

/** What is kept of a function for a type and a length: of one shape for all functions, which V8 reads faster. */
export interface FewNumbers {
  readonly call: Call;
  readonly kind: LogitKind;
  readonly batch: Batch | undefined;
  readonly finish: Definition["finish"];
}

function fewNumbers(definition: Definition, sources: readonly Vector[]): FewNumbers {
  const { call, kinds } = settingsOfSingle(definition, [...sources], undefined, undefined);
  return {
    call,
    kind: kindOfBatch(kinds),
    batch: batchOf(definition, kinds),
    finish: definition.finish,
  };
}

/** What rows of few numbers are found by, their length and type; -1 of others. */
function placeOfFew(sources: readonly Vector[]): number {
  let isF32 = true;
  let length = -1;
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i];
    if (!isFloat32(source)) {
      if (!isFloat64(source) && !Array.isArray(source)) return -1;
      isF32 = false;
    }
    if (length < 0) length = source.length;
    if (source.length !== length || length > FEW) return -1;
  }
  return isF32 ? length : FEW + 1 + length;
}

/** `name(…sources)`; NaN where it is not as simple as that. */
export function callFew(definition: Definition, found: FewNumbers[], sources: readonly Vector[]): number {
  const at = placeOfFew(sources);
  if (at < 0) return Number.NaN;
  found[at] ??= fewNumbers(definition, sources);
  const { call, kind, batch, finish } = found[at];
  if (batch === undefined) return Number.NaN;
  const { backend } = runtimeFor(call.functionName, undefined, sources);
  backend.begin(call.functionName);
  try {
    for (let i = 0; i < sources.length; i++) {
      if (!backend.placeCopy(i, call.precision, sources[i], 0, call.length, 0)) return Number.NaN;
    }
    batch(backend, call, 1, value, 0, kind, sources, 0);
    return resultOf(finish, value[0], call.unit);
  } finally {
    backend.end();
  }
}

/** The same of a function that gives an array; undefined where it is not as simple as that. */
export function callFewArray(
  definition: ArrayDefinition,
  found: Call[],
  sources: readonly Vector[],
): FloatArray | undefined {
  const { batchOfLogits } = definition;
  if (batchOfLogits === undefined) return undefined;
  const at = placeOfFew(sources);
  if (at < 0) return undefined;
  found[at] ??= openArray(definition, [...sources], undefined, false).settings.call;
  const call = found[at];
  const { functionName, precision, length } = call;
  const { backend } = runtimeFor(functionName, undefined, sources);
  const out = new (typeOf(precision))(length);
  backend.begin(functionName);
  try {
    if (!backend.placeCopy(0, precision, sources[0], 0, length, 0)) return undefined;
    placeOut(backend, precision, out, 0, length);
    batchOfLogits(backend, call, 1);
    if (backend.table[0] !== 0) return undefined;
    bringOut(backend, precision, out, 0, length, 1);
    return out;
  } finally {
    backend.end();
  }
}
