import { record } from '../../audit.ts';
import { accessTokenSigner, type TokenTruth } from '../../auth/access-tokens.ts';
import { hashOfOpaqueToken } from '../../auth/opaque-tokens.ts';
import { type ContinuedSession, endSessions, rotateRefreshToken } from '../../auth/sessions.ts';
import { bearerTokens, readTokenTruth, type Tokens } from '../../auth/tokens.ts';
import { change } from '../../change.ts';
import type { Context } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { authenticationRefusal, Refusal, refuseIf } from '../../errors.ts';
import { type App, lockApp } from '../../locks/app.ts';
import { lockPerson, type Person } from '../../locks/person.ts';
import { type LockedSession, lockSession } from '../../locks/session.ts';
import { ownerOfRefreshToken, readRefreshToken, type TokenOwner } from './refresh-token.ts';
import { lockAskedScope, readGrant, readScope } from './rows.ts';
import { accountSuspended, appClosed, askedScopeRefused, scopeEnded, usedBefore } from './rules.ts';
import { actingAs, moveScope } from './scope.ts';

export interface AuthRefreshInput {
  readonly refreshToken?: string | null;
  /** Left out it keeps the scope, null leaves it. */
  readonly organizationId?: string | null;
}

/** Exchanges a refresh token for the next pair. Whatever is refused leaves the token unused; theft alone ends the session. */
export async function authRefresh(context: Context, input: AuthRefreshInput): Promise<{ tokens: Tokens }> {
  const { arrival } = context;
  const isByCookie = input.refreshToken === undefined || input.refreshToken === null;
  const cookie = arrival.hasCsrfHeader ? arrival.refreshCookie : null;

  try {
    const { next, truth, sign } = await exchange(context, input, isByCookie ? cookie : input.refreshToken);
    // An impersonation leaves the cookie, which is the impersonator's, alone.
    const isForCookie = isByCookie && truth.impersonatorId === null;
    if (isForCookie) arrival.setRefreshCookie(next.refreshToken, next.expiresAt);
    context.asking.actAs(next.sessionId);
    return { tokens: bearerTokens(await sign(truth), isForCookie ? null : next.refreshToken) };
  } catch (error) {
    if (isByCookie && cookie && isOver(error)) arrival.setRefreshCookie(null, null);
    throw error;
  }
}

const isOver = (error: unknown) =>
  error instanceof Refusal && (error.code === 'REFRESH_TOKEN_INVALID' || error.code === 'REFRESH_TOKEN_REUSED');

async function exchange(context: Context, input: AuthRefreshInput, token: string | null) {
  const { steward } = context;
  const hash = token ? hashOfOpaqueToken(token) : null;
  const [owner] = hash ? await steward.database.read(ownerOfRefreshToken, [hash]) : [];
  if (!hash || !owner) throw authenticationRefusal('REFRESH_TOKEN_INVALID');
  const sign = await accessTokenSigner(steward);

  const outcome = await change(context, (tx) => rotate(tx, context, input, hash, owner));
  // Theft was committed: the session is over, and the refusal is told after.
  if (outcome instanceof Refusal) throw outcome;
  return { ...outcome, sign };
}

async function rotate(
  tx: Transaction,
  context: Context,
  input: AuthRefreshInput,
  hash: Buffer,
  owner: TokenOwner,
): Promise<{ next: ContinuedSession; truth: TokenTruth } | Refusal> {
  const person = await lockPerson(tx, owner.userId, 'share');
  const app = owner.appId === null ? null : await lockApp(tx, { id: owner.appId });
  const asked = await lockAskedScope(tx, owner.userId, input.organizationId);
  const session = await lockSession(tx, owner.sessionId);
  const token = await readRefreshToken(tx, hash);
  if (!person || !session || !token) throw authenticationRefusal('REFRESH_TOKEN_INVALID');

  const used = usedBefore(token);
  if (used === 'longAgo') return endStolen(tx, context, person, session);
  refuseIf(
    used === 'justNow' && authenticationRefusal('REFRESH_CONFLICT'),
    token.expired && authenticationRefusal('REFRESH_TOKEN_INVALID'),
    accountSuspended(person),
  );
  const keepsScope = input.organizationId === undefined;
  refuseIf(
    await appClosedTo(tx, session, owner.appId, app),
    keepsScope ? await keptScopeEnded(tx, session) : askedScopeRefused(session, asked),
  );

  const next = await rotateRefreshToken(tx, context.steward.settings.limits, session, hash);
  if (!next) throw authenticationRefusal('REFRESH_CONFLICT');
  const scope = keepsScope ? session.organizationId : (asked?.organizationId ?? null);
  if (scope !== session.organizationId) await moveScope(tx, context, person, session, scope);
  return { next, truth: await readTokenTruth(tx, session.id) };
}

/** An app that is closed to an impersonator is so to the session that they started from there. */
async function appClosedTo(
  tx: Transaction,
  { userId, impersonation }: LockedSession,
  appId: string | null,
  app: App | null,
): Promise<Refusal | false> {
  const signedInId = impersonation?.impersonatorId ?? userId;
  return appId !== null && appClosed(app, await readGrant(tx, signedInId, appId), 'grantsNothing');
}

async function keptScopeEnded(tx: Transaction, { userId, organizationId }: LockedSession): Promise<Refusal | false> {
  return organizationId !== null && scopeEnded(await readScope(tx, userId, organizationId));
}

/** A token that comes back is in two hands, and nobody knows which is the thief's: the session ends for both. */
async function endStolen(tx: Transaction, context: Context, person: Person, session: LockedSession): Promise<Refusal> {
  await endSessions(tx, [session.id]);
  await record(tx, actingAs(context, person, session), {
    action: 'session.token_reused',
    subject: { type: 'ses', id: session.id },
  });
  return authenticationRefusal('REFRESH_TOKEN_REUSED');
}
