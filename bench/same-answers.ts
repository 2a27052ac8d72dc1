import { isDeepStrictEqual } from 'node:util';
import { decodeAnyId } from '../src/ids.ts';

/** What one contender says, by its name. */
export type Answers = ReadonlyMap<string, unknown>;

/** Throws where contenders differ, with where they do. */
export function assertSame(question: string, answers: Answers): void {
  const [[referenceName, reference], ...others] = [...answers].map(([name, answer]) => [name, normal(answer)] as const) as [
    readonly [string, unknown],
    ...(readonly [string, unknown])[],
  ];
  for (const [name, answer] of others) {
    if (isDeepStrictEqual(answer, reference)) continue;
    const { path, left, right } = difference(reference, answer, '');
    throw new Error(`${question}: ${referenceName} and ${name} differ at ${path || 'the top'}:\n  ${left}\n  ${right}`);
  }
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The same thing in one form: ids as UUIDs, instants as ISO 8601 in UTC. The order of keys never matters. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, normal(part)]));
  }
  if (typeof value !== 'string') return value;
  if (instant.test(value)) return new Date(value).toISOString();
  return decodeAnyId(value)?.uuid ?? value;
}

function difference(left: any, right: any, path: string): { path: string; left: string; right: string } {
  const bothHold = [left, right].every((value) => typeof value === 'object' && value !== null);
  const keys = bothHold ? [...new Set([...Object.keys(left), ...Object.keys(right)])] : [];
  const differing = keys.find((key) => !isDeepStrictEqual(left[key], right[key]));
  if (differing !== undefined) return difference(left[differing], right[differing], `${path}.${differing}`);
  return { path, left: shown(left), right: shown(right) };
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300);
