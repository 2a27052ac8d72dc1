import { v7 } from 'uuid';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Chance that repeats itself: the same seed and the same `now` give the same data. */
export interface Dice {
  readonly now: Date;
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  /** True in that share of cases (0 to 1). */
  chance(share: number): boolean;
  pick<Item>(list: readonly Item[]): Item;
  /** Several different items of the list, in any order; all of it where it is shorter. */
  draw<Item>(list: readonly Item[], count: number): Item[];
  ago(milliseconds: number): Date;
  /** An instant between the two; the first where the second comes before it. */
  between(from: Date, to: Date): Date;
  /** A UUIDv7 of that instant, so that ids are in the order of what happened, as they are in grown data. */
  id(at: Date): string;
}

/** Every part of the data has dice of its own, so that a change of one leaves the others as they were. */
export function dice(seed: number, now: Date): Dice {
  let state = seed;

  // mulberry32, by Tommy Ettinger (public domain).
  function roll(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (end: number) => Math.floor(roll() * end);

  return {
    now,
    below,
    chance: (share) => roll() < share,
    pick: (list) => list[below(list.length)]!,
    draw(list, count) {
      const left = [...list];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)[0]!);
    },
    ago: (milliseconds) => new Date(now.getTime() - milliseconds),
    between: (from, to) => new Date(from.getTime() + Math.floor(roll() * Math.max(0, to.getTime() - from.getTime()))),
    id: (at) => v7({ msecs: at.getTime(), random: Uint8Array.from({ length: 16 }, () => below(256)) }),
  };
}

/** The later of some instants. */
export const latest = (...instants: Date[]): Date => new Date(Math.max(...instants.map(Number)));

/** The earlier of some instants. */
export const earliest = (...instants: Date[]): Date => new Date(Math.min(...instants.map(Number)));

export const after = (instant: Date, milliseconds: number): Date => new Date(instant.getTime() + milliseconds);
