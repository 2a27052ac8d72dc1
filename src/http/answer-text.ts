import type { Result } from './answer.ts';
import { aboveLimit } from './limits.ts';

/**
 * Writes the results of one request as JSON of `limit` bytes at most, in their order. One that does not fit is replaced by its
 * refusal, with `data` that is null, since it was executed; those before and after it stand, as there may be mutations among them.
 */
export function writeResults(results: readonly Result[], limit: number): { texts: string[]; results: Result[] } {
  let left = limit;
  const written = results.map((result) => {
    const fitting = textOf(result, left);
    if (typeof fitting === 'string') {
      left -= Buffer.byteLength(fitting);
      return { result, text: fitting };
    }
    const { code, message, extensions } = aboveLimit('answerBytes', limit, limit - left + fitting, 'Bytes of an answer');
    const refused: Result = {
      errors: [{ message, extensions: { code, ...extensions } }],
      data: null,
      ...(result.extensions && { extensions: result.extensions }),
    };
    return { result: refused, text: JSON.stringify(refused) };
  });
  return { texts: written.map(({ text }) => text), results: written.map(({ result }) => result) };
}

/** The JSON text, or how long it would be at least, where that is above the limit. */
function textOf(result: Result, limit: number): string | number {
  // Looked at first, as it costs a fraction: JSON.stringify would fill the memory before it fails.
  const least = leastLength(result);
  if (least > limit) return least;
  try {
    const text = JSON.stringify(result);
    const bytes = Buffer.byteLength(text);
    return bytes > limit ? bytes : text;
  } catch (error) {
    // Escapes have made it longer than a string can be.
    if (error instanceof RangeError) return limit + 1;
    throw error;
  }
}

/** Of the JSON text, without what escapes and UTF-8 add. */
function leastLength(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object') return 1;
  if (value === null) return 4;
  let length = 1;
  if (Array.isArray(value)) for (const item of value) length += leastLength(item) + 1;
  else for (const name in value) length += name.length + 4 + leastLength((value as Record<string, unknown>)[name]);
  return length;
}
