import type { Power } from '../../policy.ts';

/** What a role is, as rules look at it. */
export interface RoleFacts {
  readonly rank: number;
  readonly permissions: readonly string[];
}

/** Nobody gives a role more powerful than their own best rank there. */
export const outranks = (power: Power, role: RoleFacts): boolean => role.rank < power.rank;

/** What of a role its giver does not hold there; `org:read` comes with every active membership. */
export const notHeld = (power: Power, role: RoleFacts): string[] =>
  role.permissions.filter((code) => !(power.permissions as ReadonlySet<string>).has(code));
