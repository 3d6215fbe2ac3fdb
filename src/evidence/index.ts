// logratio/evidence: what observations say for one distribution and against another.
import gammainc from "@stdlib/math-base-special-gammainc";
import { klDivergence } from "../index.js";

export const b = (x: number): number => gammainc(x, 1, true, true) + klDivergence([1], [1]);
