import type { Backend, Crew } from "../backends/backend.js";
import type { Memory } from "./memory.js";
import type { AsideOptions, Work } from "./work.js";

/** What an engine is: a backend, its memory, and why it was chosen. */
export interface Runtime {
  readonly backend: Backend;
  readonly memory: Memory;
  /** Computes calls that have no array in the memory, where that is shared. */
  readonly copying?: () => Computer | undefined;
  /** The one that all kernels are in, where each does not bring its own. */
  readonly module?: WebAssembly.Module;
  readonly name: "relaxed" | "simd" | "js";
  readonly reason: string;
  readonly pool?: Team;
  /** Why there are as many threads as there are. */
  readonly threadsReason: string;
  /** Why other threads cannot share the memory, where they cannot. */
  readonly whyNotShared: string | undefined;
}

/** What a call needs of an engine. */
export type Computer = Pick<Runtime, "backend" | "pool"> & { readonly memory: Pick<Memory, "holds"> };

/** The threads of an engine. */
export interface Team extends Crew {
  readonly threads: number;
  readonly reason: string;
  /** Does all rows of a work, if they are worth sharing and lie where they can be. */
  doRows<S>(backend: Backend, work: Work<unknown, S>, values: Float64Array): boolean;
  /** Does rows without the caller, from the first on; returns how many have been done. */
  doRowsAside<S>(
    backend: Backend,
    work: Work<unknown, S>,
    values: Float64Array,
    aside: AsideOptions,
    isHelped: boolean,
  ): Promise<number>;
  /** Ends the threads once nobody has `owner` any more. */
  endWith(owner: object): void;
  dispose(): void;
}
