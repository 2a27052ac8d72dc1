/** Things in a row, of which each owner has some: the first owner's come first. */
export interface Ranges {
  readonly total: number;
  count(owner: number): number;
  /** The number of the owner's first thing. */
  start(owner: number): number;
  ownerOf(thing: number): number;
}

export function ranges(counts: ArrayLike<number>): Ranges {
  const starts = new Uint32Array(counts.length + 1);
  for (let owner = 0; owner < counts.length; owner++) starts[owner + 1] = starts[owner]! + counts[owner]!;
  return {
    total: starts[counts.length]!,
    count: (owner) => starts[owner + 1]! - starts[owner]!,
    start: (owner) => starts[owner]!,
    ownerOf(thing) {
      let [low, high] = [0, counts.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (starts[middle]! <= thing) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}

/**
 * Shares `total` things out by weight, none of them lost by rounding: what an owner does not get, since it would be a
 * fraction or more than `most`, goes to the next ones.
 */
export function shareOut(total: number, owners: number, most: number, weightOf: (owner: number) => number): Uint16Array {
  let weights = 0;
  for (let owner = 0; owner < owners; owner++) weights += weightOf(owner);
  const counts = new Uint16Array(owners);
  let [weight, given] = [0, 0];
  // A second round, should the last owners have been unable to take what was left.
  for (let round = 0; round < 2 && given < total; round++) {
    for (let owner = 0; owner < owners; owner++) {
      const own = weightOf(owner);
      if (own === 0) continue;
      weight = Math.min(weight + own, weights);
      // A sum of fractions may end just short of the whole.
      const due = Math.floor((total * weight) / weights + 1e-6) - given;
      const count = Math.max(0, Math.min(due, most - counts[owner]!));
      counts[owner]! += count;
      given += count;
    }
  }
  return counts;
}

/** A step by which one gets around all of `length` places before one comes to the same again. */
export function stride(length: number, choice: number): number {
  const primes = [7919, 15_485_863, 104_729, 611_953, 1_299_709, 27_449, 224_737, 2_750_159];
  const step = primes[choice % primes.length]!;
  return length % step === 0 ? 1 : step;
}

/**
 * The numbers from 0 to below `count`, by the minute of their instant: as rows have come into a grown database, so that
 * those of one person lie far apart. One float holds the minute and the number, and the array sorts without a comparison.
 */
export function inTime(count: number, from: number, at: (thing: number) => number): Iterable<number> {
  const keys = new Float64Array(count);
  for (let thing = 0; thing < count; thing++)
    keys[thing] = Math.max(0, Math.floor((at(thing) - from) / 60_000)) * 2 ** 32 + thing;
  keys.sort();
  return {
    *[Symbol.iterator]() {
      for (const key of keys) yield key % 2 ** 32;
    },
  };
}
