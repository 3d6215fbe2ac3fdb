// math.js: `kldivergence` of its matrices, made beforehand. It takes numbers for f64, and normalises both.

import { kldivergence, matrix } from "mathjs";
import { entryOf, type Peer, versionOf } from "./peer.js";

export const openMathjs = (): Peer => ({
  name: "math.js",
  version: versionOf("mathjs"),
  open(task) {
    // a call takes thousands of times as long as any other
    if (task.measure !== "klDivergence" || task.rows > 1) return undefined;
    const [p, q] = [matrix(Array.from(task.p)), matrix(Array.from(task.q))];
    return entryOf(task, () => [kldivergence(p, q)]);
  },
});
