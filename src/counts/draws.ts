// Random draws: from a list of weights in the same time however long it is (Walker's alias method, as Vose builds it), binomial and
// hypergeometric ones.

/** A uniform number from 0 to below 1, of 53 bits, from words of 32. */
export const uniformOf = (words: () => number): number =>
  ((words() >>> 5) * 67108864 + (words() >>> 6)) / 9007199254740992;

/** Longer tables need more than a word's bits. */
const LONG_TABLE = 1024;

/** Indices with probabilities in proportion to weights. */
export class AliasTable {
  readonly #first: number;
  readonly #length: number;
  readonly #probabilities: Float64Array;
  readonly #aliases: Uint32Array;

  /** `first` is the index of the first weight. */
  constructor(weights: ArrayLike<number>, first = 0) {
    const length = weights.length;
    let sum = 0;
    for (let i = 0; i < length; i++) sum += weights[i];
    const scaled = Float64Array.from(weights, (weight) => (weight / sum) * length);
    this.#first = first;
    this.#length = length;
    this.#probabilities = new Float64Array(length).fill(1);
    this.#aliases = Uint32Array.from({ length }, (_, i) => i);
    const [small, large]: number[][] = [[], []];
    for (let i = 0; i < length; i++) (scaled[i] < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop() as number;
      const more = large[large.length - 1];
      this.#probabilities[less] = scaled[less];
      this.#aliases[less] = more;
      scaled[more] -= 1 - scaled[less];
      if (scaled[more] < 1) small.push(large.pop() as number);
    }
  }

  draw(words: () => number): number {
    const length = this.#length;
    const place = (length > LONG_TABLE ? uniformOf(words) : words() / 4294967296) * length;
    const i = Math.floor(place);
    return this.#first + (place - i < this.#probabilities[i] ? i : this.#aliases[i]);
  }
}

/** Beside the largest probability, smaller ones are left out. */
const NEGLIGIBLE = 1e-18;

/** Weights in proportion to the probabilities of a binomial distribution, from `first` on, with the mode's, which is 1, at `mode`. */
function binomialWeights(n: number, probability: number): { weights: number[]; first: number } {
  const odds = probability / (1 - probability);
  const mode = Math.min(n, Math.floor((n + 1) * probability));
  const [below, above]: number[][] = [[], []];
  let w = 1;
  for (let x = mode; w > NEGLIGIBLE; x++) {
    above.push(w);
    if (x === n) break;
    w *= (odds * (n - x)) / (x + 1);
  }
  w = 1;
  for (let x = mode; x > 0; x--) {
    w *= x / ((n - x + 1) * odds);
    if (!(w > NEGLIGIBLE)) break;
    below.push(w);
  }
  return { weights: [...below.reverse(), ...above], first: mode - below.length };
}

/** Trials below this number have a table of their own; more are a sum of these and of powers of 2. */
const OWN_TABLES = 4096;

/** Binomial draws of any number of trials with one probability of success, from 0 to 1 exclusively. */
export class BinomialDraws {
  readonly #probability: number;
  readonly #words: () => number;
  /** By n, and after these by the power of 2. */
  readonly #tables: (AliasTable | undefined)[] = new Array(OWN_TABLES + 64).fill(undefined);

  constructor(probability: number, words: () => number) {
    this.#probability = probability;
    this.#words = words;
  }

  #drawOf(n: number, place: number): number {
    let table = this.#tables[place];
    if (table === undefined) {
      const { weights, first } = binomialWeights(n, this.#probability);
      table = new AliasTable(weights, first);
      this.#tables[place] = table;
    }
    return table.draw(this.#words);
  }

  /** How many of n trials succeed. */
  draw(n: number): number {
    if (n < OWN_TABLES) return this.#drawOf(n, n);
    const low = n % OWN_TABLES;
    let successes = this.#drawOf(low, low);
    let rest = (n - low) / OWN_TABLES;
    for (let power = OWN_TABLES, place = OWN_TABLES; rest > 0; power *= 2, place++) {
      if (rest % 2 === 1) successes += this.#drawOf(power, place);
      rest = Math.floor(rest / 2);
    }
    return successes;
  }

  /** What {@link draw} gives for each of so many classes of n trials, as how many classes have each number of successes: n + 1 draws. */
  drawHistogram(conditional: Float64Array, classes: number, out: Float64Array): void {
    let left = classes;
    for (let x = 0; x < out.length; x++) {
      const own = x === out.length - 1 ? left : drawBinomial(left, conditional[x], this.#words);
      out[x] = own;
      left -= own;
    }
  }

  /** For each number of successes in n trials its probability among it and all larger ones. */
  conditionalOf(n: number): Float64Array {
    const { weights, first } = binomialWeights(n, this.#probability);
    const conditional = new Float64Array(n + 1);
    let sum = 0;
    for (let i = weights.length - 1; i >= 0; i--) {
      sum += weights[i];
      conditional[first + i] = weights[i] / sum;
    }
    return conditional;
  }
}

/** How many of n trials succeed: by inversion, in time of the order of the deviation. */
function drawBinomial(n: number, probability: number, words: () => number): number {
  if (n === 0 || probability === 0) return 0;
  if (probability === 1) return n;
  const { weights, first } = binomialWeights(n, probability);
  let sum = 0;
  for (const weight of weights) sum += weight;
  let rest = uniformOf(words) * sum;
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i];
    if (rest < 0) return first + i;
  }
  return first + weights.length - 1;
}

/**
 * How many of the marked are among so many that are drawn without replacement: by inversion from the mode outwards, in time of the order of
 * the deviation.
 */
export function drawHypergeometric(marked: number, unmarked: number, draws: number, words: () => number): number {
  const [least, most] = [Math.max(0, draws - unmarked), Math.min(marked, draws)];
  if (least === most) return least;
  const middle = Math.floor(((draws + 1) / (marked + unmarked + 2)) * (marked + 1));
  const mode = Math.min(most, Math.max(least, middle));
  let [sum, place] = [1, Number.POSITIVE_INFINITY];
  // first all weights, the mode's being 1, then those up to the one that is drawn
  for (;;) {
    let w = 1;
    for (let x = mode; x < most && w > NEGLIGIBLE; x++) {
      w *= ((marked - x) / (x + 1)) * ((draws - x) / (unmarked - draws + x + 1));
      sum += w;
      if (sum > place) return x + 1;
    }
    w = 1;
    for (let x = mode; x > least && w > NEGLIGIBLE; x--) {
      w *= (x / (marked - x + 1)) * ((unmarked - draws + x) / (draws - x + 1));
      sum += w;
      if (sum > place) return x - 1;
    }
    if (place < Number.POSITIVE_INFINITY) return mode;
    place = uniformOf(words) * sum;
    if (place < 1) return mode;
    sum = 1;
  }
}
