import type { CallOptions } from '../calls.ts';
import { TimeoutError } from '../errors.ts';

// What timers can count.
const longestMs = 2 ** 31 - 1;

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
  signal?.addEventListener('abort', follow);
  try {
    return await new Promise<T>((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
      work(controller.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', follow);
  }
}
