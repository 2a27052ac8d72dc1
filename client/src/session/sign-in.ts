import type { CallOptions } from '../calls.ts';
import type { Emit } from '../events.ts';
import type { TokensRecordFragment, ViewerRecordFragment } from '../generated/operations.ts';
import { toRecord } from '../records.ts';
import type { Manner } from '../transport/calling.ts';
import { inTime } from '../transport/deadline.ts';
import type { Session } from './session.ts';

/** What the server answers whom it lets in. */
interface SignedIn {
  readonly tokens: TokensRecordFragment;
  readonly viewer: ViewerRecordFragment;
}

/** Sends, as nobody, what gives tokens of one's own; from then on the client is who they are for, whoever it was before. */
export type SignIn = <Input extends { appCode?: string | null | undefined }, Answer extends SignedIn>(
  input: Input,
  send: (input: Input & { useCookie: boolean }, options: CallOptions) => Promise<Answer>,
  options?: CallOptions,
) => Promise<Answer>;

export function createSignIn(session: Session, appCode: string | undefined, emit: Emit): SignIn {
  return async (input, send, options = {}) => {
    const given = { ...input, appCode: input.appCode === undefined ? appCode : input.appCode, useCookie: session.usesCookie };
    const asNobody: Manner = { ...options, as: null };
    const signedIn = await inTime(options, () => session.signingIn(() => send(given, asNobody)));
    emit('authenticated', { viewer: toRecord(signedIn.viewer) });
    return signedIn;
  };
}
