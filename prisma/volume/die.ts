/**
 * Chance that needs no memory: a die is made for one thing (`dieFor('person')(17)`) and always falls alike for it, so any
 * row can be worked out from its number alone, as often as another row refers to it. A class, since millions are made.
 */
export class Die {
  #state: number;

  constructor(seed: number, index: number) {
    this.#state = mixed(seed ^ Math.imul(index + 1, 0x9e3779b1));
  }

  /** From 0 to below 1. mulberry32, by Tommy Ettinger (public domain). */
  roll(): number {
    return this.word() / 2 ** 32;
  }

  /** 32 bits. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.roll() * end);
  }

  /** The same, where the first ones come up far more often than the last ones. */
  skewed(end: number): number {
    const roll = this.roll();
    return Math.floor(roll * roll * roll * end);
  }

  /** True in that share of cases (0 to 1). */
  chance(share: number): boolean {
    return this.roll() < share;
  }

  pick<Item>(list: readonly Item[]): Item {
    return list[this.below(list.length)]!;
  }

  /** An instant between the two, in milliseconds; the first where the second comes before it. */
  between(from: number, to: number): number {
    return from + Math.floor(this.roll() * Math.max(0, to - from));
  }

  /** A UUIDv7 of that instant, which no other die of the kind gives after as many rolls. */
  id(at: number): string {
    const [high, a, b] = [Math.floor(at / 2 ** 16), this.word(), this.word()];
    const [version, variant] = [0x7000 | (a >>> 20), 0x8000 | (a & 0x3fff)];
    return `${hex(high)}-${hex4[at & 0xffff]}-${hex4[version]}-${hex4[variant]}-${hex(b)}${hex4[this.word() >>> 16]}`;
  }

  /** 32 bytes, as PostgreSQL reads them from text; no other die of the kind gives them after as many rolls. */
  bytes(): string {
    let bytes = '\\x';
    for (let word = 0; word < 8; word++) bytes += hex(this.word());
    return bytes;
  }
}

/** Looked up rather than worked out: millions of ids are made. */
const hex4 = Array.from({ length: 2 ** 16 }, (_, number) => number.toString(16).padStart(4, '0'));
const hex = (word: number): string => hex4[word >>> 16]! + hex4[word & 0xffff]!;

/** Murmur3's finalizer: numbers that are close become words that are not. */
function mixed(word: number): number {
  let mixing = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixing = Math.imul(mixing ^ (mixing >>> 13), 0xc2b2ae35);
  return mixing ^ (mixing >>> 16);
}

/** Every sort of thing has dice of its own, so that a change of one leaves the others as they were. */
export function dieFor(what: string): (index: number) => Die {
  let seed = 0;
  for (const letter of what) seed = mixed(seed ^ letter.codePointAt(0)!) + 1;
  return (index) => new Die(seed, index);
}
