// Which engine computes a call: the one that is asked for, the one whose memory holds an array, or the default one.

import { describe, isOptions, propertyOf } from "./checks.js";
import { defaultRuntime } from "./default.js";
import type { Computer, Runtime } from "./runtime.js";

/** Those that have not been disposed of. */
const runtimes = /* @__PURE__ */ new WeakMap<object, Runtime>();
/** The same, to be asked for an array: where there are none, a call pays nothing. */
let engines: WeakRef<object>[] = [];

export function addEngine(engine: object, runtime: Runtime): void {
  runtimes.set(engine, runtime);
  engines = [...engines.filter((other) => other.deref() !== undefined), new WeakRef(engine)];
}

export function removeEngine(engine: object): void {
  runtimes.delete(engine);
  engines = engines.filter((other) => other.deref() !== engine);
}

/** Throws where it has been disposed of, or is no engine. */
export function runtimeOf(functionName: string, engine: unknown): Runtime {
  const runtime = runtimes.get(engine as object);
  if (runtime !== undefined) return runtime;
  if (isOptions(engine) && "backendReason" in engine) {
    throw new Error(`${functionName}: this engine has been disposed`);
  }
  throw new TypeError(`${functionName}: engine is ${describe(engine)}; it must come from createEngine`);
}

/** The array of an argument, or of a tensor. An array of rows is copied anyway. */
function viewIn(argument: unknown): ArrayBufferView | undefined {
  const source = ArrayBuffer.isView(argument) ? argument : propertyOf(argument, "data");
  return ArrayBuffer.isView(source) ? source : undefined;
}

/** Of the arguments of a call: the engine whose memory holds the first array that lies in one. */
function engineThatHolds(sources: readonly unknown[]): object | undefined {
  for (const argument of sources) {
    const source = viewIn(argument);
    if (source === undefined) continue;
    for (const reference of engines) {
      const engine = reference.deref();
      if (engine && runtimes.get(engine)?.memory.holds(source.buffer)) return engine;
    }
  }
  return undefined;
}

/** The engine of a call: `engine` if it is given; undefined for the default one. */
export function engineFor(engine: unknown, sources: readonly unknown[]): unknown {
  if (engine !== undefined || engines.length === 0) return engine;
  return engineThatHolds(sources);
}

/** What computes a call; of no `sources`, all that the engine has. */
export function runtimeFor(functionName: string, engine: unknown, sources: readonly unknown[]): Computer {
  const found = engineFor(engine, sources);
  if (found === undefined) return defaultRuntime();
  const runtime = runtimeOf(functionName, found);
  const { copying, memory } = runtime;
  if (copying === undefined || engine === undefined || sources.length === 0) return runtime;
  for (const argument of sources) {
    const view = viewIn(argument);
    if (view && memory.holds(view.buffer)) return runtime;
  }
  return copying() ?? runtime;
}
