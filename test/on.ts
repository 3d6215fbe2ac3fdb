// The functions of the package, computed by one engine: `on(engine).klDivergence(p, q)` is `klDivergence(p, q, { engine })`.

import type { Engine } from "../src/index.js";
import * as losses from "../src/losses/index.js";
import * as measures from "../src/measures/index.js";
import { type Functions, functionsOn, type Name } from "./functionsOn.js";

export type { Functions, Name };

/** Every measure and loss, under its name. */
export const FUNCTIONS: Functions = { ...measures, ...losses };

export const NAMES = Object.keys(FUNCTIONS) as Name[];

const made = new WeakMap<Engine, Functions>();

/** The functions on an engine. */
export function on(engine: Engine): Functions {
  const functions = made.get(engine) ?? functionsOn(engine, FUNCTIONS);
  made.set(engine, functions);
  return functions;
}
