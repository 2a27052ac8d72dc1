import type { Frame } from './frame.ts';

/** Some of the people, by a number of their own from 0 on. */
export interface Circle {
  readonly size: number;
  /** The person's number among all. */
  person(number: number): number;
}

export interface Circles {
  /** Own organizations, and are in no others. */
  readonly founders: Circle;
  /** Are in nine organizations on average. */
  readonly busy: Circle;
  /** Are in three. */
  readonly ordinary: Circle;
  /** Are in none. */
  readonly loners: Circle;
}

const round = 20;

/** Divides everybody who is neither staff nor consultant, so that nobody comes into one organization in two ways. */
export function circlesOf({ users, staff, consultants }: Frame): Circles {
  const first = staff + consultants;
  const rounds = Math.floor((users - first) / round);
  const circle = (from: number, width: number): Circle => ({
    size: rounds * width,
    person: (number) => first + Math.floor(number / width) * round + from + (number % width),
  });
  return { founders: circle(0, 1), busy: circle(1, 2), loners: circle(3, 4), ordinary: circle(7, 13) };
}

/** Whether that person may own an organization. */
export const isFounder = ({ staff, consultants }: Frame, person: number): boolean =>
  person >= staff + consultants && (person - staff - consultants) % round === 0;
