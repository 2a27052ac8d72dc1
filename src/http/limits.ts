import { badInput, type RequestError } from '../errors.ts';
import type { Limits } from '../settings.ts';

/** Above a limit: which, how much it allows, and how much was sent. Never a silent cut. */
export function aboveLimit(which: keyof Limits | 'mutations', limit: number, got: number, what: string): RequestError {
  return badInput(`${what}: ${limit} at most, and these are ${finite(got)}.`, { which, limit, got: finite(got) });
}

/** Fragments spread in fragments multiply beyond what JSON can write. */
export const finite = (amount: number): number => Math.min(amount, Number.MAX_SAFE_INTEGER);
