// A worker: rows and their exact result, which takes seconds where there are a million classes.

import { FAMILIES } from "../families.js";
import type { Rows } from "../family.js";
import { type Exact, exactOf, makeRows } from "../harness.js";

export interface Request {
  /** Its place in the list of families. */
  family: number;
  type: "f32" | "f64";
  classes: number;
}

export interface Prepared {
  rows: Rows;
  exact: Exact;
}

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  const family = FAMILIES[data.family];
  const rows = makeRows(data.type, data.classes, family);
  const prepared: Prepared = { rows, exact: exactOf(family, rows) };
  postMessage(prepared, { transfer: [rows.p.buffer, rows.q.buffer, rows.counts.buffer] });
});
