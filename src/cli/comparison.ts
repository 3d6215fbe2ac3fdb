import type { PairedDifference, Report } from "../compare/index.js";
import type { HalfFormat } from "../compare/source.js";
import type { InputKind } from "../index.js";
import type { Charts } from "./charts.js";
import type { Model } from "./models.js";
import type { Texts } from "./texts.js";

/** A model that was compared with base, and what came of it. */
export interface Candidate extends Model {
  readonly input: InputKind;
  /** What base was rounded to, where this is base itself: what rounding alone comes to. */
  readonly floor: HalfFormat | null;
  readonly report: Report;
  readonly charts: Charts;
}

/** Two candidates, the closer first: the first minus the second. */
export interface Pair {
  /** Of `candidates`. */
  readonly first: number;
  readonly second: number;
  readonly kl: PairedDifference;
  /** Of ln p of the observed tokens; undefined where none is known. */
  readonly logProbability: PairedDifference | undefined;
}

/** What was compared, and what came of it: all that a report tells. */
export interface Comparison {
  readonly base: Model & { readonly input: InputKind };
  /** In the order in which they were given. */
  readonly candidates: readonly Candidate[];
  /** Of `candidates`, that of the smallest mean KL first. */
  readonly ranking: readonly number[];
  readonly pairs: readonly Pair[];
  readonly tokens: string | null;
  readonly groups: string | null;
  /** What tokens stand for, if there is a vocabulary. */
  readonly texts: Texts | undefined;
  readonly classes: number;
  /** The rows that were compared. */
  readonly start: number;
  readonly end: number;
}
