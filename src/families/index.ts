// logratio/families: closed forms for distributions of known families.
import digamma from "@stdlib/math-base-special-digamma";
import gammainc from "@stdlib/math-base-special-gammainc";

/** @internal */
export const a = (x: number): number => digamma(x) + gammainc(x, 1);
