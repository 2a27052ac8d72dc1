import type { CallOptions, MutationData } from '../calls.ts';
import { NetworkError, UnauthenticatedError } from '../errors.ts';
import type { Operation } from '../operation.ts';
import { errorOfProblem, type Success, succeeded } from '../refusals.ts';
import type { Session } from '../session/session.ts';
import type { StoredSession } from '../stores/store.ts';
import type { createBatching, Sending } from './batch.ts';
import { inTime } from './deadline.ts';
import { kindOf } from './kind.ts';
import { mayPass, pauseAfter } from './retry.ts';

/** How a call is sent, beyond what its caller says. */
export interface Manner extends CallOptions {
  /** Sent again where an answer was lost, though it gives tokens or ends a session: a second time does no harm. */
  readonly again?: boolean;
  /** Never in a batch. */
  readonly alone?: boolean | undefined;
  readonly operationName?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** As whom: the client's present session unless told, and nobody where null. */
  readonly as?: StoredSession | null;
}

interface Given<Data> {
  readonly data: Data;
  readonly requestId: string | null;
}

export type Calling = ReturnType<typeof createCalling>;

/** Sends one operation: as a session whose tokens it renews where it must, and again where an answer was lost and that does no harm. */
export function createCalling(
  send: ReturnType<typeof createBatching>,
  session: () => Session,
  { timeoutMs, retries }: { readonly timeoutMs: number; readonly retries: number },
) {
  async function ask<Data>(query: string, variables: unknown, { as, again, ...manner }: Manner = {}): Promise<Given<Data>> {
    const kind = kindOf(query, variables);
    const rest = {
      query,
      variables,
      operationName: manner.operationName,
      headers: manner.headers ?? {},
      alone: manner.alone || kind === 'secret',
      // From the first try on: whether it was lost on the way there or on the way back, nobody knows.
      key: kind === 'mutation' ? newKey() : null,
    };
    const most = kind === 'secret' && !again ? 0 : retries;

    return inTime({ signal: manner.signal, timeoutMs: manner.timeoutMs ?? timeoutMs }, async (signal) => {
      if (as === undefined) await session().loaded();
      // Whose call it is, it stays, whatever becomes of the session meanwhile.
      let caller = as === undefined ? session().current : as;
      if (caller) caller = await session().fresh(caller);
      for (let renewals = 0, tries = 0; ; ) {
        signal.throwIfAborted();
        try {
          return await attempt<Data>({ ...rest, signal, token: caller?.accessToken ?? null });
        } catch (error) {
          if (caller && error instanceof UnauthenticatedError && renewals++ < 2) caller = await session().renew(caller);
          else if (tries++ < most && mayPass(error)) await pauseAfter(error as object, tries);
          else throw error;
        }
      }
    });
  }

  async function attempt<Data>(sending: Sending): Promise<Given<Data>> {
    const { answer, status, requestId } = await send(sending);
    const problem = answer.errors?.[0];
    if (problem) throw errorOfProblem(problem, status, requestId);
    if (!answer.data) throw new NetworkError('The answer is empty.', { status, requestId });
    return { data: answer.data as Data, requestId };
  }

  async function call<Data, Variables>(
    { text }: Operation<Data, Variables>,
    variables: Variables,
    manner?: Manner,
  ): Promise<Data> {
    return (await ask<Data>(text, variables, manner)).data;
  }

  async function mutate<Data extends MutationData, Variables>(
    { text }: Operation<Data, Variables>,
    variables: Variables,
    manner?: Manner,
  ): Promise<Success<Data[keyof Data]>> {
    const { data, requestId } = await ask<Data>(text, variables, manner);
    return succeeded(Object.values(data)[0] as Data[keyof Data], { requestId });
  }

  async function asOne(options?: Manner): Promise<Manner> {
    await session().loaded();
    return { ...options, as: session().current };
  }

  return { ask, call, mutate, asOne };
}

/** Pages that are not served over HTTPS have no `randomUUID`. */
const newKey = (): string => crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join('-');
