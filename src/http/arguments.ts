import type { FieldNode } from 'graphql';
import type { Limits } from '../settings.ts';
import { aboveLimit } from './limits.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** Throws where an argument of the field is above its limit. Values are as they were sent: what has a wrong type is refused when it is coerced. */
export function checkArguments(field: FieldNode, args: Arguments, limits: Limits): void {
  for (const name of ['first', 'last'] as const) {
    const size = args[name];
    if (typeof size === 'number' && size > limits.pageSize)
      throw aboveLimit('pageSize', limits.pageSize, size, `\`${name}\` of a page`);
  }
  if (args.where !== undefined) checkWhere(args.where, limits);
  if (field.name.value === 'nodes' && listLength(args.ids) > limits.nodes) {
    throw aboveLimit('nodes', limits.nodes, listLength(args.ids), 'Ids of `nodes`');
  }
  if (field.name.value === 'usersLookup' && lookupKeys(args) > limits.lookupKeys) {
    throw aboveLimit('lookupKeys', limits.lookupKeys, lookupKeys(args), 'Keys of `usersLookup`');
  }
}

export const lookupKeys = (args: Arguments): number => listLength(args.ids) + listLength(args.emails);

/** GraphQL takes a single value for a list of one. */
export function listLength(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return value == null ? 0 : 1;
}

/**
 * A `where` of whatever type: AND, OR and NOT lead a level deeper, every other field is a condition. What stands below a
 * condition (a range, metadata) is its own affair.
 */
function checkWhere(where: unknown, limits: Limits): void {
  let conditions = 0;

  function visit(level: unknown, depth: number): void {
    if (typeof level !== 'object' || level === null) return;
    if (depth > limits.whereDepth) {
      throw aboveLimit('whereDepth', limits.whereDepth, whereLevels(where), 'Levels of a `where`');
    }
    for (const [name, value] of Object.entries(level)) {
      if (value === undefined) continue;
      if (Array.isArray(value) && value.length > limits.whereValues) {
        throw aboveLimit('whereValues', limits.whereValues, value.length, `Values of \`${name}\` in a \`where\``);
      }
      if (isCombination(name)) for (const part of parts(value)) visit(part, depth + 1);
      else conditions++;
    }
  }

  visit(where, 1);
  if (conditions > limits.whereConditions) {
    throw aboveLimit('whereConditions', limits.whereConditions, conditions, 'Conditions in a `where`');
  }
}

function whereLevels(level: unknown): number {
  if (typeof level !== 'object' || level === null) return 0;
  const below = Object.entries(level).flatMap(([name, value]) => (isCombination(name) ? parts(value).map(whereLevels) : []));
  return 1 + below.reduce((deepest, depth) => Math.max(deepest, depth), 0);
}

const isCombination = (name: string): boolean => name === 'AND' || name === 'OR' || name === 'NOT';

const parts = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
