import type { Frame } from './frame.ts';

/**
 * How many members the organizations have, the biggest first: it has a tenth of all people, the next ones ever fewer (a
 * power law), and the last ones hardly more than an owner. They add up to the memberships that there are to be.
 */
export function sizesByRank({ users, organizations, memberships }: Frame): Uint32Array {
  const biggest = Math.floor(users / 10);
  const size = (rank: number, exponent: number) =>
    Math.min(biggest, Math.max(1, Math.round(biggest * (rank + 1) ** -exponent * (1 - rank / organizations) ** 2)));
  const sizes = (exponent: number) => Uint32Array.from({ length: organizations }, (_, rank) => size(rank, exponent));
  const sum = (all: Uint32Array) => all.reduce((total, one) => total + one, 0);

  let [flat, steep] = [-2, 3];
  for (let round = 0; round < 40; round++) {
    const middle = (flat + steep) / 2;
    if (sum(sizes(middle)) > memberships) flat = middle;
    else steep = middle;
  }
  const found = sizes(steep);
  // What rounding has left over goes to those in the middle, one by one.
  for (let missing = memberships - sum(found), rank = 1; missing > 0; rank = (rank + 1) % organizations) {
    if (found[rank]! >= biggest) continue;
    found[rank]!++;
    missing--;
  }
  return found;
}
