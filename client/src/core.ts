import type { Calls } from './calls.ts';
import type { On } from './events.ts';
import type { TokensRecordFragment } from './generated/operations.ts';
import type { SignIn } from './session/sign-in.ts';

/** What a module is made of. */
export interface ModuleCore {
  readonly calls: Calls;
  readonly on: On;
  /** The app that one signs in to, as the options of the client say it. */
  readonly appCode: string | undefined;
  readonly session: SessionControl;
  readonly wire: Wire;
}

/** Who is signed in, as far as modules begin or end that. */
export interface SessionControl {
  readonly signIn: SignIn;
  /** From now on the client acts as the target; the own session is kept beside it. */
  impersonate(tokens: TokensRecordFragment): Promise<void>;
}

/** For what is no call: the stream of events. */
export interface Wire {
  /** Sends a body as it is to the endpoint, as whoever is signed in; tells the token that went along, null where none did. */
  post(
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly response: Response; readonly token: string | null }>;
  /**
   * After a refusal of the token that went along: refreshes, unless somebody has already.
   * Throws an `UnauthenticatedError` where the session is over or another person's.
   */
  renew(token: string | null): Promise<void>;
}
