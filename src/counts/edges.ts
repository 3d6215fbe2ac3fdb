// The edges of bins, from the numbers that they are to hold, and the bin of a number.

/** Numbers in ascending order, -0 being 0; none is NaN or infinite. */
type Sorted = Float64Array;

/**
 * Of bins [eᵢ, eᵢ₊₁), the last of which is closed. Bin i begins at the number that i/count of the numbers come before, x_⌊in/count⌋. A
 * number so frequent that two bins would begin at it has a bin of its own: the next larger number is an edge as well. Where the last bin
 * begins at the largest number, both of its edges are that number. Equal edges are one, so that there may be fewer bins.
 */
export function quantileEdges(sorted: Sorted, count: number): Float64Array {
  const starts: number[] = [];
  for (let i = 0, before = Number.NaN; i < count; i++) {
    const x = sorted[Math.floor((i * sorted.length) / count)];
    const start = x === before ? sorted[firstAbove(sorted, x)] : x;
    before = x;
    // behind the largest number there is none
    if (start !== undefined && start !== starts.at(-1)) starts.push(start);
  }
  return Float64Array.of(...starts, sorted[sorted.length - 1]);
}

/** Of bins of the same width. Equal edges are one. */
export function widthEdges(least: number, most: number, count: number): Float64Array {
  const width = (most - least) / count;
  const starts = [least];
  for (let i = 1; i < count; i++) {
    const start = least + i * width;
    if (start > (starts.at(-1) as number) && start < most) starts.push(start);
  }
  return Float64Array.of(...starts, most);
}

/** The first place from which on all numbers are larger than x. */
function firstAbove(sorted: ArrayLike<number>, x: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bin of a number that is not NaN: -1 below all, as many as there are bins above all. */
export function binOf(edges: Float64Array, x: number): number {
  const last = edges.length - 1;
  if (x === edges[last]) return last - 1;
  return firstAbove(edges, x) - 1;
}
