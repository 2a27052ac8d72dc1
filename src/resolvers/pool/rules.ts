import { conflict, type InputIssue, type Refusal, ruleRefusal } from '../../errors.ts';
import { encodeId } from '../../ids.ts';

/** A person is tagged into further pools alone, and leaves the home pool by moving. */
export const atHome = (person: { readonly homePoolId: string }, pool: { readonly id: string }): Refusal | false =>
  person.homePoolId === pool.id && ruleRefusal('HOME_POOL');

/** The pool `default` always exists. */
export const builtIn = (pool: { readonly code: string }): Refusal | false => pool.code === 'default' && ruleRefusal('BUILT_IN');

/** One of those that refer to a pool. */
export interface PoolReference {
  readonly type: 'app' | 'user';
  readonly id: string;
}

export const poolDeleteRefused = (pool: { readonly code: string }, reference: PoolReference | null): Refusal | false =>
  builtIn(pool) || (reference !== null && conflict('POOL_IN_USE', encodeId(reference.type, reference.id), ['input', 'poolCode']));

/** A code in an input that names no pool, at its place. */
export const unknownPool = (code: string, ...place: string[]): InputIssue => ({
  path: ['input', ...place],
  code: 'UNKNOWN_POOL',
  message: `${JSON.stringify(code.slice(0, 100))} is no pool.`,
});
