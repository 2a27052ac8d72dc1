/** Where an event stands in the order of events. */
export interface Place {
  readonly generation: number;
  readonly transaction: bigint;
  readonly id: string;
}

const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export const placeOf = (event: { readonly generation: number; readonly transaction: string; readonly id: string }): Place => ({
  generation: event.generation,
  transaction: BigInt(event.transaction),
  id: event.id,
});

/** The place right before everything that a transaction writes, and those after it. */
export const before = (generation: number, transaction: bigint): Place => ({
  generation,
  transaction: transaction - 1n,
  id: highestId,
});

/** The place behind everything that a generation can have. */
export const endOf = (generation: number): Place => before(generation, 2n ** 63n);

export function isBeyond(place: Place, other: Place): boolean {
  if (place.generation !== other.generation) return place.generation > other.generation;
  if (place.transaction !== other.transaction) return place.transaction > other.transaction;
  return place.id > other.id;
}
