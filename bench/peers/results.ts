// What a run leaves behind.

import type { MeasureName } from "./peer.js";
import type { Roofline } from "./roofline.js";

export interface PeerResult {
  contestant: string;
  /** A call's, round by round; none where it has failed. */
  nanoseconds: number[];
  /** The first of the checked numbers. */
  value?: number;
  /** The largest of theirs. */
  error?: number;
  wrong?: string;
}

export interface CaseResult {
  measure: MeasureName;
  shape: string;
  type: "f32" | "f64";
  rows: number;
  classes: number;
  /** Read by a call. */
  bytes: number;
  exact: number;
  results: PeerResult[];
}

/** What each makes of pairs of rows, the exact divergence falling. */
export interface Curve {
  measure: MeasureName;
  points: { exact: number; values: Record<string, number | undefined> }[];
}

export interface Run {
  command: string;
  machine: { cpu: string; cores: number; node: string; v8: string };
  peers: { name: string; version: string; threads: number }[];
  cases: CaseResult[];
  curves: Curve[];
  roofline?: Roofline;
}
