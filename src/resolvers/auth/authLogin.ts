import { record } from '../../audit.ts';
import { accessTokenSigner } from '../../auth/access-tokens.ts';
import { assertNotLocked, countFailure, type LoginAttempt, loginAttempt, settleSuccess } from '../../auth/login-limits.ts';
import { openSession } from '../../auth/sessions.ts';
import { bearerTokens, readTokenTruth, type Tokens } from '../../auth/tokens.ts';
import { change } from '../../change.ts';
import type { Context } from '../../context.ts';
import { readingIn } from '../../database.ts';
import { normalizeEmail } from '../../email.ts';
import { authenticationRefusal, Refusal, refuseIf } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { lockApp } from '../../locks/app.ts';
import { lockPerson } from '../../locks/person.ts';
import { writeGrant } from '../app/grants.ts';
import { type FoundPerson, findForLogin, noteLogin } from './login-person.ts';
import { recordRefusedLogin } from './login-refusal.ts';
import { lockAskedScope, readGrant } from './rows.ts';
import { accountSuspended, appClosed, scopeRefused } from './rules.ts';

export interface AuthLoginInput {
  readonly email: string;
  readonly password: string;
  readonly appCode?: string | null;
  readonly organizationId?: string | null;
  readonly rememberMe: boolean;
  readonly useCookie: boolean;
}

/**
 * Signs in with a password. An address that nobody has, or that is none, takes the same way as a known one with a wrong
 * password: the same statements, a verification as long, the same answer.
 */
export async function authLogin(context: Context, input: AuthLoginInput): Promise<{ tokens: Tokens }> {
  const { steward, arrival } = context;
  const email = normalizeEmail(input.email);
  const appCode = input.appCode ?? null;
  const found = await findForLogin(steward.database, { email, appCode, ipAddress: arrival.ipAddress });
  const attempt = loginAttempt(steward.secrets, {
    email: email ?? input.email,
    ipAddress: arrival.ipAddress,
    isOwnIp: found?.isOwnIp ?? false,
  });

  try {
    return await signIn(context, { ...input, appCode }, found, attempt);
  } catch (error) {
    if (error instanceof Refusal) await recordRefusedLogin(context, attempt, found?.id ?? null, error);
    throw error;
  }
}

type Input = AuthLoginInput & { readonly appCode: string | null };

async function signIn(
  context: Context,
  input: Input,
  found: FoundPerson | null,
  attempt: LoginAttempt,
): Promise<{ tokens: Tokens }> {
  const { steward, arrival } = context;
  const { appCode } = input;
  const { passwords, settings } = steward;

  await assertNotLocked(steward, attempt);
  const isRight = await passwords.verify(found?.passwordHash ?? null, input.password, arrival.ipAddress);
  if (!found || !isRight) throw await countFailure(steward, attempt);

  const isOutdated = found.passwordHash !== null && passwords.isOutdated(found.passwordHash);
  const rehashed = isOutdated ? await passwords.hash(input.password, arrival.ipAddress) : null;
  const sign = await accessTokenSigner(steward);

  const { session, truth } = await change(context, async (tx) => {
    const person = await lockPerson(tx, found.id, 'change');
    // Who has got another password or address since it was looked at has not shown that they know it.
    if (!person || person.email !== found.email || person.passwordHash !== found.passwordHash) {
      throw authenticationRefusal('INVALID_CREDENTIALS');
    }
    await settleSuccess(tx, attempt);
    refuseIf(accountSuspended(person));

    const app = appCode === null ? null : await lockApp(tx, { code: appCode });
    // Who has left the pools that were searched, by moving or by losing a tag, does not sign in there any more.
    const still = await findForLogin(readingIn(tx), { email: person.email, appCode });
    if (still?.id !== person.id) throw authenticationRefusal('INVALID_CREDENTIALS');
    const grant = app && (await readGrant(tx, person.id, app.id));
    refuseIf(appCode !== null && appClosed(app, grant, 'grantsOnLogin'));

    const asked = await lockAskedScope(tx, person.id, input.organizationId);
    refuseIf(asked !== null && scopeRefused(asked.facts));

    const isGranted = app !== null && grant?.status !== 'ACTIVE';
    if (isGranted) await writeGrant(tx, person.id, app.id, null);
    await noteLogin(tx, person.id, rehashed);
    const session = await openSession(tx, settings.limits, {
      userId: person.id,
      appId: app?.id ?? null,
      organizationId: asked?.organizationId ?? null,
      rememberMe: input.rememberMe,
      ipAddress: arrival.ipAddress,
      userAgent: arrival.userAgent,
    });
    await record(tx, context, {
      action: 'user.logged_in',
      actor: { id: person.id, name: person.displayName },
      subject: { type: 'user', id: person.id },
      metadata: {
        sessionId: encodeId('ses', session.sessionId),
        ...(app && { app: app.code }),
        ...(isGranted && { appGranted: true }),
      },
    });
    return { session, truth: await readTokenTruth(tx, session.sessionId) };
  });

  context.asking.actAs(session.sessionId);
  if (input.useCookie) arrival.setRefreshCookie(session.refreshToken, session.expiresAt);
  return { tokens: bearerTokens(await sign(truth), input.useCookie ? null : session.refreshToken) };
}
