import { NetworkError, RequestError } from '../errors.ts';

/** Whether the next try may do better: no answer came, or one that says so. */
export const mayPass = (error: unknown): boolean =>
  (error instanceof NetworkError && [0, 502, 503, 504].includes(error.status)) ||
  (error instanceof RequestError && (error.code === 'UNAVAILABLE' || [502, 503, 504].includes(error.status)));

/** Waits before the next try: longer each time, and never as long as others do. */
export const pause = (tries: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 150 * 2 ** Math.min(tries, 4) * (0.5 + Math.random())));

const pauses = new WeakMap<object, Promise<void>>();

/** Those that failed together wait together, and travel together again. */
export function pauseAfter(error: object, tries: number): Promise<void> {
  const waiting = pauses.get(error) ?? pause(tries);
  pauses.set(error, waiting);
  return waiting;
}
