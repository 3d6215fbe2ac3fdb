// The functions of any build of the package, computed by one of its engines. Portable: test/platforms.

import type { Engine } from "../src/index.js";

/** Every measure and loss, under its name. */
export type Functions = typeof import("../src/measures/index.js") & typeof import("../src/losses/index.js");
export type Name = keyof Functions;

type Form = (...args: unknown[]) => unknown;
type Forms = Form & { rows?: Forms; async?: Form; of?: Forms };

/** Of functions that have one more option, those that they call: what a function may get as an argument. */
const originals = new WeakMap<object, Forms>();

const originalOf = (argument: unknown): unknown =>
  typeof argument === "function" ? (originals.get(argument) ?? argument) : argument;

/** A function with one more option. `count` arguments come before the options. */
function bound(form: Forms, count: number, engine: Engine): Forms {
  const f = (...args: unknown[]) => {
    const options = args[count];
    // options that are none are for the function to complain of
    const isOptions = options === undefined || (typeof options === "object" && options !== null);
    const before = Array.from({ length: count }, (_, i) => originalOf(args[i]));
    return form(...before, isOptions ? { ...options, engine } : options);
  };
  originals.set(f, form);
  return Object.assign(f, {
    ...(form.rows && { rows: bound(form.rows, count, engine) }),
    ...(form.async && { async: bound(form.async, count, engine) }),
    ...(form.of && { of: bound(form.of, form.of.length, engine) }),
  });
}

/** Those of `functions` that an engine computes, on this one. */
export function functionsOn(engine: Engine, functions: Functions): Functions {
  const forms = Object.entries(functions as unknown as Record<string, Forms>);
  const computed = forms.filter(([, f]) => typeof f === "function" && f.async !== undefined);
  return Object.fromEntries(computed.map(([name, f]) => [name, bound(f, f.length, engine)])) as unknown as Functions;
}
