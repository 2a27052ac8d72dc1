import type { CallOptions } from '../calls.ts';
import { TimeoutError } from '../errors.ts';

// What timers can count.
const longestMs = 2 ** 31 - 1;

/** What ends with a signal. One listener serves it all, since Node takes more than ten for a leak. */
const endings = new WeakMap<EventTarget, Set<() => void>>();
const endAll = ({ target }: Event) => {
  for (const end of endings.get(target!)!) end();
};

/** Does the work until the caller or the clock ends it: then it rejects at once, and the work's own signal tells it to stop. */
export async function inTime<T>(
  { signal, timeoutMs = longestMs }: CallOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const follow = () => controller.abort(signal!.reason);
  const late = () => controller.abort(new TimeoutError(`No answer came within ${timeoutMs} ms.`));
  const timer = setTimeout(late, Math.min(timeoutMs, longestMs));
  if (signal) endings.set(signal, (endings.get(signal) ?? new Set()).add(follow));
  // However often it is added, it is there once.
  signal?.addEventListener('abort', endAll);
  try {
    return await new Promise<T>((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
      work(controller.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    const left = signal && endings.get(signal)!;
    if (left?.delete(follow) && left.size === 0) signal!.removeEventListener('abort', endAll);
  }
}
