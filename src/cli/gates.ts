// Conditions under which a command fails: `meanKl(q4) > 0.02`.

import { InvalidArgumentError } from "commander";

const OPERATORS = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
} as const;

export interface Gate {
  /** As it was written. */
  readonly text: string;
  readonly quantity: string;
  /** The candidate, the column; all by default. */
  readonly of: string | undefined;
  readonly operator: keyof typeof OPERATORS;
  readonly bound: number;
}

/** A reader of the option, for some quantities; `example` has the quantity, then what it is of. */
export const gateReader =
  (quantities: readonly string[], [example, of]: readonly [example: string, of: string]) =>
  (text: string): Gate => {
    const [, quantity, name, operator, number, percent] =
      /^\s*([\w.]+)\s*(?:\(\s*(.*?)\s*\))?\s*(<=?|>=?)\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)\s*$/i.exec(
        text,
      ) ?? [];
    if (number === undefined) {
      throw new InvalidArgumentError(`It must be like ${example}, or ${of}.`);
    }
    if (!quantities.includes(quantity)) {
      throw new InvalidArgumentError(`There is no ${quantity}. Known are ${quantities.join(", ")}.`);
    }
    const bound = Number(number) / (percent === "" ? 1 : 100);
    return { text: text.trim(), quantity, of: name, operator: operator as Gate["operator"], bound };
  };

/** Whether a value fails a condition. What has no value fails. */
export const isFailedBy = ({ operator, bound }: Gate, value: number): boolean =>
  Number.isNaN(value) || OPERATORS[operator](value, bound);
