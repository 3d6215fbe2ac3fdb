// The ways to call a function: of one row, of the rows of matrices, and each as a promise. All are made from one definition.

import type { FloatArray, Vector } from "../backends/backend.js";
import { completeAside } from "../engine/aside.js";
import { describe, isOptions, mustBe, propertyOf } from "../engine/checks.js";
import { complete } from "../engine/complete.js";
import { engineFor, runtimeFor } from "../engine/engines.js";
import type { AsideOptions, Loop, Work } from "../engine/work.js";
import type { Call } from "./arguments.js";
import {
  type AnyOptions,
  type ArrayDefinition,
  arrayLoop,
  callArray,
  callSingle,
  type Definition,
  measureLoop,
  prepareArray,
  prepareRows,
  prepareSingle,
} from "./calls.js";
import { callFew, callFewArray, type FewNumbers } from "./few.js";
import type { Matrix } from "./inputs.js";
import type { PerRow } from "./masks.js";
import type { EngineOption, OutOption, RowsOptions } from "./options.js";

/** A function that returns one number for a distribution or a pair of distributions. */
export interface Measure<Arguments extends readonly unknown[], Options> {
  (...parameters: [...Arguments, options?: Options]): number;
  /** Returns one number per row of row-major matrices. A matrix of one row is compared with every row of the other. */
  readonly rows: MeasureOfRows<Arguments, Options>;
  /** Returns a promise of the same number; the caller's other tasks go on. */
  async(...parameters: [...Arguments, options?: Options & AsideOptions]): Promise<number>;
}

/** The arguments of `f.rows`: where `f` takes numbers, a matrix. */
export type RowArguments<Arguments extends readonly unknown[]> = {
  [I in keyof Arguments]: Arguments[I] extends number ? Arguments[I] : Arguments[I] | Matrix;
};

/** `f.rows` of a {@link Measure}. */
export interface MeasureOfRows<Arguments extends readonly unknown[], Options> {
  (...parameters: [...RowArguments<Arguments>, options?: RowsOptions<Options>]): PerRow<Float64Array>;
  /** Returns a promise of the same numbers; the caller's other tasks go on. */
  async(
    ...parameters: [...RowArguments<Arguments>, options?: RowsOptions<Options> & AsideOptions]
  ): Promise<PerRow<Float64Array>>;
}

/** A function that returns an array of the length of its arguments: a Float32Array if all of them are Float32Arrays. */
export interface Mapping<Arguments32 extends readonly unknown[], Arguments extends readonly unknown[], Options> {
  (...parameters: [...Arguments32, options?: Options & OutOption]): Float32Array;
  (...parameters: [...Arguments, options?: Options & OutOption]): FloatArray;
  /** Returns a matrix with one row of results per row. A matrix of one row is compared with every row of the other. */
  readonly rows: MappingOfRows<Arguments32, Arguments, Options>;
  /** Returns a promise of the same array; the caller's other tasks go on. */
  async(...parameters: [...Arguments32, options?: Options & OutOption & AsideOptions]): Promise<Float32Array>;
  async(...parameters: [...Arguments, options?: Options & OutOption & AsideOptions]): Promise<FloatArray>;
}

/** `f.rows` of a {@link Mapping}. */
export interface MappingOfRows<Arguments32 extends readonly unknown[], Arguments extends readonly unknown[], Options> {
  (...parameters: [...Arguments32, options?: RowsOptions<Options> & OutOption]): PerRow<Float32Array>;
  (...parameters: [...RowArguments<Arguments>, options?: RowsOptions<Options> & OutOption]): PerRow<FloatArray>;
  /** Returns a promise of the same matrix; the caller's other tasks go on. */
  async(
    ...parameters: [...Arguments32, options?: RowsOptions<Options> & OutOption & AsideOptions]
  ): Promise<PerRow<Float32Array>>;
  async(
    ...parameters: [...RowArguments<Arguments>, options?: RowsOptions<Options> & OutOption & AsideOptions]
  ): Promise<PerRow<FloatArray>>;
}

/** A function of a batch of rows. */
export interface Loss<Arguments extends readonly unknown[], Options, Result> {
  (...parameters: [...Arguments, options?: Options]): Result;
  /** Returns a promise of the same result; the caller's other tasks go on. */
  async(...parameters: [...Arguments, options?: Options & AsideOptions]): Promise<Result>;
}

/** The loop of a function over rows, and the name by which a thread finds it. */
export interface Declared {
  readonly name: string;
  /** Arguments before the options. */
  readonly count: number;
  readonly loopName: string;
  readonly loop: Loop<never>;
  /** Of a measure and of a function that gives an array; a loss has arguments of its own. The tests derive calls from it. */
  readonly definition?: Definition | ArrayDefinition;
}

const declarations = /* @__PURE__ */ new WeakMap<object, Declared>();
const named = /* @__PURE__ */ new Map<string, Declared>();

/** What a function of this package was made from; undefined for others. */
export const declarationOf = (f: object): Declared | undefined => declarations.get(f);

/** The same of the function that has this name, once it has been imported. */
export const declarationNamed = (name: string): Declared | undefined => named.get(name);

type Arguments = readonly unknown[];
type AnyWork = Work<unknown, unknown>;
type Prepare<Options> = (args: Arguments, options: Options) => AnyWork;

/** What `prepare` makes of a call, done at once. `count` arguments come before the options. */
function atOnce<Options extends EngineOption>(name: string, count: number, prepare: Prepare<Options>) {
  return (...args: Arguments): unknown => {
    const options = args[count] as Options;
    const work = prepare(args, options);
    return complete(runtimeFor(name, options?.engine, args), work);
  };
}

/** The same as a promise. */
function aside<Options extends EngineOption>(name: string, count: number, prepare: Prepare<Options>) {
  return async (...args: Arguments): Promise<unknown> => {
    const { own, aside } = splitOptions(name, args[count]);
    const options = own as Options;
    const work = prepare(args, options);
    const engine = engineFor(options?.engine, args);
    const runtime = () => runtimeFor(name, engine, []);
    return completeAside(runtime, work, aside);
  };
}

/** Options without those of a promise, which an object that inherits the rest hides. */
function splitOptions(name: string, options: unknown): { own: unknown; aside: AsideOptions } {
  if (!isOptions(options)) return { own: options, aside: {} };
  const { signal, onProgress } = options as AsideOptions;
  if (signal !== undefined && describe(signal) !== "[object AbortSignal]") {
    throw mustBe(name, "signal", signal, "an AbortSignal");
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw mustBe(name, "onProgress", onProgress, "a function");
  }
  return { own: Object.create(options, { signal: {}, onProgress: {} }), aside: { signal, onProgress } };
}

function declare<F extends object>(f: F, declared: Declared): F {
  declarations.set(f, declared);
  named.set(declared.name, declared);
  // as a function has them whose parameters are written out
  return Object.defineProperties(f, { name: { value: declared.name }, length: { value: declared.count } });
}

/** A measure from its definition. */
export function measure<Arguments extends readonly unknown[], Options>(
  definition: Definition,
): Measure<Arguments, Options> {
  const { name } = definition;
  const loop = measureLoop(definition);
  const takesAlpha = definition.mostAlpha !== undefined;
  const arrays = definition.arguments.length;
  const count = takesAlpha ? arrays + 1 : arrays;
  const alphaOf = (args: readonly unknown[]) => (takesAlpha ? (args[arrays] as number) : undefined);
  const sourcesOf = (args: readonly unknown[]) => args.slice(0, arrays) as Vector[];
  const single: Prepare<AnyOptions> = (args, options) =>
    prepareSingle(definition, loop, sourcesOf(args), options, alphaOf(args)) as unknown as AnyWork;
  const ofRows: Prepare<AnyOptions> = (args, options) =>
    prepareRows(definition, loop, sourcesOf(args), options, alphaOf(args)) as unknown as AnyWork;
  const few: FewNumbers[] = [];
  // one by one: to gather them in an array, and cut it, takes longer than a row of two classes
  const f = (a: unknown, b: unknown, c: unknown, d: unknown): number => {
    const sources = (arrays === 1 ? [a] : arrays === 2 ? [a, b] : [a, b, c]) as Vector[];
    const options = (count === 1 ? b : count === 2 ? c : d) as AnyOptions | undefined;
    if (options === undefined && !takesAlpha) {
      const found = callFew(definition, few, sources);
      if (!Number.isNaN(found)) return found;
    }
    const alpha = (takesAlpha ? (arrays === 1 ? b : c) : undefined) as number | undefined;
    return callSingle(definition, loop, sources, options, alpha);
  };
  const rows = Object.assign(atOnce(`${name}.rows`, count, ofRows), { async: aside(`${name}.rows`, count, ofRows) });
  const forms = Object.assign(f, { rows, async: aside(name, count, single) });
  return declare(forms, {
    name,
    count,
    loopName: name,
    loop: loop as Loop<never>,
    definition,
  }) as unknown as Measure<Arguments, Options>;
}

/** A measure of one argument, and the same with an option, `weights`, which is the first argument of `weighted`. */
export function withWeights<First, Options extends { readonly weights?: unknown }>(
  plain: Definition,
  weighted: Definition,
): Measure<[First], Options> {
  type Call = (...args: unknown[]) => unknown;
  const [f, g] = [plain, weighted].map((definition) => measure(definition) as unknown as Measure<unknown[], unknown>);
  const either = (without: Call, withThem: Call): Call => {
    return (first, options) => {
      const weights = propertyOf(options, "weights");
      return weights === undefined ? without(first, options) : withThem(weights, first, options);
    };
  };
  const rows = Object.assign(either(f.rows as Call, g.rows as Call), { async: either(f.rows.async, g.rows.async) });
  const forms = Object.assign(either(f as Call, g as Call), { rows, async: either(f.async, g.async) });
  const [own, others] = [plain, weighted].map(measureLoop);
  const loop: Loop<never> = (backend, arrays, ...rest) =>
    (arrays.length > plain.arguments.length ? others : own)(backend, arrays, ...rest);
  const { name } = plain;
  return declare(forms, { name, count: 1, loopName: name, loop, definition: plain }) as unknown as Measure<
    [First],
    Options
  >;
}

/** A function that gives an array, from its definition. */
export function mapping<Arguments32 extends readonly unknown[], Arguments extends readonly unknown[], Options>(
  definition: ArrayDefinition,
): Mapping<Arguments32, Arguments, Options> {
  const { name } = definition;
  const count = definition.arguments.length;
  const loop = arrayLoop(definition);
  const prepare =
    (inRows: boolean): Prepare<AnyOptions> =>
    (args, options) =>
      prepareArray(definition, loop, args.slice(0, count) as Vector[], options, inRows) as unknown as AnyWork;
  const few: Call[] = [];
  const f = (a: unknown, b: unknown, c: unknown): FloatArray => {
    const sources = (count === 1 ? [a] : [a, b]) as Vector[];
    const options = (count === 1 ? b : c) as AnyOptions | undefined;
    const found = options === undefined ? callFewArray(definition, few, sources) : undefined;
    return found ?? callArray(definition, loop, sources, options);
  };
  const rows = Object.assign(atOnce(`${name}.rows`, count, prepare(true)), {
    async: aside(`${name}.rows`, count, prepare(true)),
  });
  const forms = Object.assign(f, { rows, async: aside(name, count, prepare(false)) });
  return declare(forms, {
    name,
    count,
    loopName: name,
    loop: loop as Loop<never>,
    definition,
  }) as unknown as Mapping<Arguments32, Arguments, Options>;
}

/** What a loss is: how its work is prepared, from the arguments before the options and from them, and its loop over rows. */
export interface LossDefinition<Arguments extends readonly unknown[], Options, Result, Settings>
  extends Pick<Declared, "name" | "loopName"> {
  readonly loop: Loop<Settings>;
  /** How many arguments come before the options. */
  readonly count: number;
  prepare(...parameters: [...Arguments, options: Options]): Work<Result, Settings>;
}

/** A loss from its definition. */
export function loss<Arguments extends readonly unknown[], Options extends EngineOption, Result, Settings>({
  name,
  loopName,
  loop,
  count,
  prepare,
}: LossDefinition<Arguments, Options, Result, Settings>): Loss<Arguments, Options, Result> {
  const prepared: Prepare<Options> = (args, options) =>
    (prepare as unknown as (...parameters: unknown[]) => AnyWork)(...args.slice(0, count), options);
  const forms = Object.assign(atOnce(name, count, prepared), { async: aside(name, count, prepared) });
  return declare(forms, { name, count, loopName, loop: loop as Loop<never> }) as unknown as Loss<
    Arguments,
    Options,
    Result
  >;
}
