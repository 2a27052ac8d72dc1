import type { Operation } from './operation.ts';
import type { Success } from './refusals.ts';

/** What every method takes as its last argument. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason, and the answer of what was sent already is not waited for. */
  readonly signal?: AbortSignal | undefined;
  /** After so many milliseconds, tries included, the call rejects with a `TimeoutError`. The client's unless told. */
  readonly timeoutMs?: number | undefined;
}

/** Sends operations as whoever is signed in. Throws the errors of `errors.ts`. */
export interface Calls {
  /** Gives the data of an operation. */
  call<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, options?: CallOptions): Promise<Data>;
  /** Gives what the success of a mutation of one field has; throws its refusal. */
  mutate<Data extends MutationData, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Success<Data[keyof Data]>>;
  /** Options of several calls that belong together: whoever is signed in now makes them all, or they are refused. */
  asOne(options?: CallOptions): Promise<CallOptions>;
}

/** What a mutation gives: one field, with a union of its success and its refusals. */
export type MutationData = { readonly [field: string]: { readonly __typename: string } };
