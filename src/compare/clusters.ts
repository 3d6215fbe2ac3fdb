// Sums of neighbouring rows. Tokens of a text depend on those before them, so that errors as if rows were independent are too small: rows
// are gathered in clusters (blocks of the text, or groups that the caller names), and errors follow from how these differ.

import type { JsonValue } from "./json.js";
import { Partials } from "./partials.js";
import type { RowResults } from "./rowResults.js";

/** Rows of a block where nothing tells how many belong together. */
const LEAST_BLOCK = 32;
/** Blocks, at most: past that, two become one. */
const MOST_BLOCKS = 2 ** 14;

/** What rows are gathered by, at the end. */
export interface ClusterKind {
  /** Groups that were given, or blocks of neighbours. */
  readonly kind: "groups" | "blocks";
  /** How many there are. */
  readonly count: number;
  /** Rows of a block, but for those at both ends; undefined for groups. */
  readonly rows: number | undefined;
}

const SUMS = ["kl", "baseLogProbability", "otherLogProbability"] as const;
type Sums = Readonly<Record<(typeof SUMS)[number], Partials>>;

/** Rows that are in one group and in one block. */
interface Cell extends Sums {
  readonly group: string;
  readonly block: number;
  rows: number;
  /** Of infinite KL: `kl` is of the others. */
  infinite: number;
  tokens: number;
  /** Tokens that are impossible in base, in other: their ln p is not in the sums. */
  baseImpossible: number;
  otherImpossible: number;
}

/** A quantity's sum over a cluster, and over how many rows. NaN where a row of it is infinite. */
export interface ClusterSum {
  readonly key: string;
  readonly count: number;
  readonly sum: Partials;
  readonly isInfinite: boolean;
}

/** What can be summed by cluster. */
export type ClusterQuantity = (typeof SUMS)[number];

const COUNTS = ["rows", "infinite", "tokens", "baseImpossible", "otherImpossible"] as const;

export interface ClustersJson {
  /** Rows of a block. */
  readonly size: number;
  /** In order, each as its group, its block, its counts and its sums. */
  readonly cells: readonly (readonly (string | number | readonly number[])[])[];
}

const byPlace = (a: Cell, b: Cell): number => a.block - b.block || (a.group < b.group ? -1 : a.group > b.group ? 1 : 0);

interface Sorted {
  readonly rows: number;
  readonly all: readonly Cell[];
  readonly groups: ReadonlyMap<string, readonly Cell[]>;
}

const keyOf = ({ group, block }: Pick<Cell, "group" | "block">): string => `${block} ${group}`;

/** Which count has the rows whose number is not in a sum. */
const INFINITE = {
  kl: "infinite",
  baseLogProbability: "baseImpossible",
  otherLogProbability: "otherImpossible",
} as const;

export class Clusters {
  /** Of the finest blocks; 0 where nothing was said. */
  readonly #asked: number;
  #size: number;
  #cells = new Map<string, Cell>();
  #last: Cell | undefined;
  /** In order, all and of each group, until something is added. */
  #sorted: Sorted | undefined;

  constructor(blockRows: number) {
    this.#asked = blockRows;
    this.#size = blockRows === 0 ? LEAST_BLOCK : blockRows;
  }

  add(first: number, rows: RowResults): void {
    this.#sorted = undefined;
    const { kl, tokens, baseLogProbability, otherLogProbability, groups } = rows;
    if (rows.count > 0) this.#reach(first + rows.count - 1);
    for (let r = 0; r < rows.count; r++) {
      const cell = this.#cell(groups?.[r] ?? "", Math.floor((first + r) / this.#size));
      cell.rows++;
      if (kl[r] === Number.POSITIVE_INFINITY) cell.infinite++;
      else cell.kl.add(kl[r]);
      if (tokens[r] < 0) continue;
      cell.tokens++;
      if (Number.isFinite(baseLogProbability[r])) cell.baseLogProbability.add(baseLogProbability[r]);
      else cell.baseImpossible++;
      if (Number.isFinite(otherLogProbability[r])) cell.otherLogProbability.add(otherLogProbability[r]);
      else cell.otherImpossible++;
    }
  }

  addAll(other: Clusters): void {
    this.#sorted = undefined;
    const cells = [...other.#cells.values()];
    this.#grow(other.#size);
    for (const cell of cells) {
      this.#join(this.#cell(cell.group, Math.floor((cell.block * other.#size) / this.#size)), cell);
    }
  }

  #join(cell: Cell, other: Cell): void {
    for (const name of COUNTS) cell[name] += other[name];
    for (const name of SUMS) cell[name].addAll(other[name]);
  }

  #cell(group: string, block: number): Cell {
    const last = this.#last;
    if (last !== undefined && last.block === block && last.group === group) return last;
    const key = keyOf({ group, block });
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = {
        ...{ group, block, rows: 0, infinite: 0, tokens: 0, baseImpossible: 0, otherImpossible: 0 },
        kl: new Partials(),
        baseLogProbability: new Partials(),
        otherLogProbability: new Partials(),
      };
      this.#cells.set(key, cell);
    }
    this.#last = cell;
    return cell;
  }

  /** Makes blocks so large that there are not too many up to a row. They are then the same in whatever order rows come. */
  #reach(row: number): void {
    let size = this.#size;
    while (row >= size * MOST_BLOCKS) size *= 2;
    this.#grow(size);
  }

  #grow(size: number): void {
    if (size <= this.#size) return;
    const cells = this.#cells;
    const before = this.#size;
    this.#cells = new Map();
    this.#last = undefined;
    this.#size = size;
    for (const cell of cells.values()) {
      this.#join(this.#cell(cell.group, Math.floor((cell.block * before) / size)), cell);
    }
  }

  /** Once for all that is asked of it. */
  get #ordered(): Sorted {
    if (this.#sorted === undefined) {
      const all = [...this.#cells.values()].sort(byPlace);
      const groups = new Map<string, Cell[]>();
      for (const cell of all) {
        const own = groups.get(cell.group);
        if (own === undefined) groups.set(cell.group, [cell]);
        else own.push(cell);
      }
      this.#sorted = { all, groups, rows: this.total("rows") };
    }
    return this.#sorted;
  }

  get #hasGroups(): boolean {
    const { groups } = this.#ordered;
    return groups.size > 1 || (groups.size === 1 && !groups.has(""));
  }

  /** Where rows to a block were not asked for: the least of LEAST_BLOCK, twice that, … that is at least √rows. */
  get #blockRows(): number {
    let size = this.#size;
    if (this.#asked === 0) while (size * size < this.#ordered.rows) size *= 2;
    return size;
  }

  get kind(): ClusterKind {
    const count = this.sums("kl").length;
    return this.#hasGroups
      ? { kind: "groups", count, rows: undefined }
      : { kind: "blocks", count, rows: this.#blockRows };
  }

  /** Of each cluster with a row that has the quantity, in order; of one group, of its blocks. */
  sums(quantity: ClusterQuantity, group?: string): ClusterSum[] {
    const size = this.#blockRows;
    const areGroups = group === undefined && this.#hasGroups;
    const clusters = new Map<string, { key: string; count: number; sum: Partials; isInfinite: boolean }>();
    const { all, groups } = this.#ordered;
    for (const cell of group === undefined ? all : (groups.get(group) ?? [])) {
      const key = areGroups ? cell.group : String(Math.floor((cell.block * this.#size) / size));
      const count = quantity === "kl" ? cell.rows : cell.tokens;
      if (count === 0) continue;
      let cluster = clusters.get(key);
      if (cluster === undefined) {
        cluster = { key, count: 0, sum: new Partials(), isInfinite: false };
        clusters.set(key, cluster);
      }
      cluster.count += count;
      cluster.sum.addAll(cell[quantity]);
      if (cell[INFINITE[quantity]] > 0) cluster.isInfinite = true;
    }
    return [...clusters.values()];
  }

  /** Those that were given, in order of their first blocks, then of their names. */
  get groups(): string[] {
    return [...this.#ordered.groups.keys()].filter((group) => group !== "");
  }

  /** Over all rows. */
  total(name: (typeof COUNTS)[number]): number {
    let total = 0;
    for (const cell of this.#cells.values()) total += cell[name];
    return total;
  }

  totalOf(quantity: ClusterQuantity): Partials {
    const total = new Partials();
    for (const cell of this.#cells.values()) total.addAll(cell[quantity]);
    return total;
  }

  /** Whether the other has as many rows and tokens everywhere, of the same base. */
  isAlike(other: Clusters): boolean {
    const described = ({ rows, tokens, baseLogProbability, ...place }: Cell) =>
      `${rows} ${tokens} ${baseLogProbability.value} ${keyOf(place)}`;
    const [own, others] = [this.#cells, other.#cells].map((cells) => [...cells.values()].sort(byPlace).map(described));
    return this.#size === other.#size && own.length === others.length && own.every((key, i) => key === others[i]);
  }

  toJSON(): ClustersJson {
    const cells = [...this.#cells.values()]
      .sort(byPlace)
      .map((cell) => [
        ...[cell.group, cell.block],
        ...COUNTS.map((name) => cell[name]),
        ...SUMS.map((name) => cell[name].toJSON()),
      ]);
    return { size: this.#size, cells };
  }

  /** What `toJSON` gave. */
  static from(json: JsonValue, blockRows: number): Clusters {
    const { size, cells } = json.entries(["size", "cells"]);
    const clusters = new Clusters(blockRows);
    while (clusters.#size < size.integer(1)) clusters.#size *= 2;
    size.equals(clusters.#size, "blocks are doubled from those of the options");
    let last: Cell | undefined;
    for (const entry of cells.list()) {
      const cell = cellFrom(entry);
      if (last !== undefined && byPlace(last, cell) >= 0) entry.fail("after the one before it, in the order of blocks");
      clusters.#cells.set(keyOf(cell), cell);
      last = cell;
    }
    const isNeeded =
      last === undefined || last.block >= MOST_BLOCKS / 2 || clusters.#size === (blockRows || LEAST_BLOCK);
    if (!isNeeded || (last !== undefined && last.block >= MOST_BLOCKS)) size.fail("of as many blocks as there may be");
    return clusters;
  }
}

function cellFrom(json: JsonValue): Cell {
  const values = json.list(2 + COUNTS.length + SUMS.length);
  const [group, block, rows, infinite, tokens, baseImpossible, otherImpossible] = values;
  const count = rows.integer(1);
  const known = tokens.integer(0, count);
  const [kl, baseLogProbability, otherLogProbability] = values
    .slice(2 + COUNTS.length)
    .map((sum) => Partials.from(sum));
  return {
    group: group.text(),
    block: block.integer(),
    rows: count,
    infinite: infinite.integer(0, count),
    tokens: known,
    baseImpossible: baseImpossible.integer(0, known),
    otherImpossible: otherImpossible.integer(0, known),
    ...{ kl, baseLogProbability, otherLogProbability },
  };
}
