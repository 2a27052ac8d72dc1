import { z } from 'zod';
import { begun, record } from '../../audit.ts';
import { accessTokenSigner } from '../../auth/access-tokens.ts';
import { hashOfOpaqueToken } from '../../auth/opaque-tokens.ts';
import { openSession } from '../../auth/sessions.ts';
import { bearerTokens, readTokenTruth } from '../../auth/tokens.ts';
import { change } from '../../change.ts';
import type { Context } from '../../context.ts';
import { invalid, notFound, refuseIf } from '../../errors.ts';
import { encodeId, newId } from '../../ids.ts';
import { optionalName, readInput } from '../../input.ts';
import { noteLogin } from '../auth/login-person.ts';
import { join } from '../invitation/join.ts';
import { lockOffer, readOffer } from '../invitation/sign-up.ts';
import { insertUser } from '../user/new-user.ts';
import { newPasswordIssues } from '../user/password.ts';

export interface AccountSignUpInput {
  readonly invitationToken: string;
  readonly name?: string | null;
  readonly password: string;
  readonly appCode?: string | null;
  readonly useCookie: boolean;
}

const SignUp = z.object({ name: optionalName.default(null) });

/** Makes the account of somebody who is invited, with what a login there would give, and signs them in. */
export async function accountSignUp(context: Context, input: AccountSignUpInput) {
  const { steward, arrival } = context;
  const tokenHash = hashOfOpaqueToken(input.invitationToken);
  const asked = { tokenHash, appCode: input.appCode ?? null };
  const name = assertSound(context, input, await readOffer(steward.database, tokenHash));
  // What would be refused is refused before the password is hashed, which takes long; and again on what is locked by then.
  await change(context, (tx) => lockOffer(tx, asked));
  const passwordHash = await steward.passwords.hash(input.password, arrival.ipAddress);
  const sign = await accessTokenSigner(steward);

  const { session, truth, membershipId } = await change(context, async (tx) => {
    const { invitation, app, homePool, roles } = await lockOffer(tx, asked);
    const id = newId();
    const { email } = invitation;
    const user = { email, name, emailVerified: true, externalId: null, metadata: {}, sendWelcome: false };
    const newcomer = { id, user, passwordHash, roles, homePool, furtherPools: [], apps: app ? [app] : [] };
    // Nobody gives access that the app gives by itself.
    await insertUser(tx, newcomer, null);
    await noteLogin(tx, id, null);
    const joined = await join(tx, invitation, id);
    const session = await openSession(tx, steward.settings.limits, {
      userId: id,
      appId: app?.id ?? null,
      organizationId: null,
      rememberMe: false,
      ipAddress: arrival.ipAddress,
      userAgent: arrival.userAgent,
    });
    await record(tx, context, {
      action: 'user.signed_up',
      actor: { id, name: name ?? email },
      subject: { type: 'user', id },
      organizationId: invitation.organizationId,
      // The organization's admins read it: pool, app and platform roles are none of their business.
      changes: begun({ email, name, memberRoles: joined.roles.map(({ code }) => code) }),
      metadata: {
        invitationId: encodeId('inv', invitation.id),
        membershipId: encodeId('mem', joined.membershipId),
      },
    });
    return { session, truth: await readTokenTruth(tx, session.sessionId), membershipId: joined.membershipId };
  });

  context.asking.actAs(session.sessionId);
  if (input.useCookie) arrival.setRefreshCookie(session.refreshToken, session.expiresAt);
  return { tokens: bearerTokens(await sign(truth), input.useCookie ? null : session.refreshToken), membershipId };
}

/** The name as it is stored. Throws VALIDATION_FAILED for name and password, then NOT_FOUND for a token of no invitation. */
function assertSound({ steward }: Context, input: AccountSignUpInput, offer: { readonly email: string } | null): string | null {
  const { issues, value } = readInput(SignUp, input);
  // Of an unknown address nothing can be repeated.
  const ofPassword = newPasswordIssues(steward, input.password, { email: offer?.email ?? '' }, 'password').filter(
    ({ code }) => offer !== null || code !== 'CONTAINS_EMAIL',
  );
  refuseIf(invalid([...issues, ...ofPassword]), offer === null && notFound(null, ['input', 'invitationToken']));
  return value!.name;
}
