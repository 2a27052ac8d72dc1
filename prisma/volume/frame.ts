import { day, hour } from '../demo/dice.ts';

/** How much there is of everything, and since when. */
export interface Frame {
  readonly users: number;
  readonly organizations: number;
  readonly memberships: number;
  readonly membershipRoles: number;
  readonly grants: number;
  readonly platformRoles: number;
  readonly sessions: number;
  readonly invitations: number;
  readonly events: number;
  /** In milliseconds, as all instants here. */
  readonly now: number;
  readonly start: number;
  /** People in order of their creation: first those who run the platform, then those who are members everywhere, then all others. */
  readonly staff: number;
  readonly consultants: number;
  /** In how many organizations a consultant is, and that each of them is in every so-and-so-many-th of the bigger ones. */
  readonly consulted: number;
  readonly consultedEvery: number;
  /** When the thing that stands at that share (0 to 1) of all of its sort came: ever more of them, as a platform grows. */
  cameAt(share: number): number;
}

export const fewestUsers = 1000;
export const mostUsers = 5_000_000;

/** The proportions are those of 200,000 users, 10,000 organizations, 600,000 memberships, … */
export function frameOf(users: number, now: Date): Frame {
  const part = (share: number) => Math.round(users * share);
  const organizations = part(1 / 20);
  const consulted = Math.min(200, Math.floor(organizations / 2));
  const consultedEvery = Math.floor(organizations / 2 / consulted);
  const end = now.getTime() - 2 * hour;
  const start = now.getTime() - 3 * 365 * day;
  return {
    users,
    organizations,
    memberships: users * 3,
    membershipRoles: part(3.5),
    grants: users * 2,
    platformRoles: part(1.5),
    sessions: users * 2,
    invitations: part(0.15),
    events: part(1.5),
    now: now.getTime(),
    start,
    staff: Math.min(60, Math.max(4, part(1 / 5000))),
    consultants: Math.min(consultedEvery, Math.max(1, part(1 / 20_000))),
    consulted,
    consultedEvery,
    cameAt: (share) => Math.floor(start + (end - start) * share ** (1 / 1.6)),
  };
}
