import { z } from 'zod';
import { refusedThere } from '../../admission.ts';
import { record } from '../../audit.ts';
import { accessTokenSigner } from '../../auth/access-tokens.ts';
import { countAttempt } from '../../auth/attempts.ts';
import { openSession } from '../../auth/sessions.ts';
import { bearerTokens, readTokenTruth, type Tokens } from '../../auth/tokens.ts';
import { change } from '../../change.ts';
import type { SignedInContext, Steward } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { authenticationRefusal, notFound, type Refusal, refuseIf } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { given, parseInput, reason, required } from '../../input.ts';
import { lockPeople, type Person, type PersonLock, readCaller } from '../../locks/person.ts';
import type { Reach } from '../../reach.ts';
import { readMember } from '../organization/members.ts';
import { lockThere } from '../organization/there.ts';
import { impersonationRefused, impersonationThereRefused } from './impersonation-rules.ts';
import { rolesOf } from './platform-roles.ts';

const UserImpersonate = z.object({ userId: required<string>(), reason, organizationId: given<string | null>() });

export interface UserImpersonateInput {
  readonly userId: string;
  readonly reason: string;
  /** Named, it binds the session; left out, or null, a staff right alone serves. */
  readonly organizationId?: string | null;
}

/**
 * Opens a session that acts as somebody else. It is the caller's doing and ends with their power, their session and their account,
 * or those of the person. The refresh cookie, which is the caller's own, stays as it is.
 */
export async function userImpersonate(context: SignedInContext, input: UserImpersonateInput): Promise<{ tokens: Tokens }> {
  const { userId, organizationId, reason } = parseInput(UserImpersonate, input);
  const { steward, arrival } = context;
  const sign = await accessTokenSigner(steward);

  const { session, truth } = await change(context, async (tx) => {
    const found = await (organizationId == null
      ? lockAnybody(tx, context, userId)
      : lockMemberOf(tx, context, organizationId, userId));
    const { reach, person, boundToId, refusal } = found;
    refuseIf(refusal);
    await countImpersonation(tx, steward, reach);

    const session = await openSession(tx, steward.settings.limits, {
      userId: person.id,
      appId: null,
      organizationId: boundToId,
      rememberMe: false,
      ipAddress: arrival.ipAddress,
      userAgent: arrival.userAgent,
      impersonation: { impersonatorId: reach.userId, reason, startedFromId: reach.sessionId, boundToId },
    });
    await record(tx, context, {
      action: 'impersonation.started',
      subject: { type: 'user', id: person.id },
      organizationId: boundToId,
      reason,
      metadata: { sessionId: encodeId('ses', session.sessionId), expiresAt: session.expiresAt.toISOString() },
    });
    return { session, truth: await readTokenTruth(tx, session.sessionId) };
  });

  context.asking.actAs(session.sessionId);
  return { tokens: bearerTokens(await sign(truth), session.refreshToken) };
}

/** Whom the caller would act as, and what stands against it; both are locked. */
interface Found {
  readonly reach: Reach;
  readonly person: Person;
  readonly boundToId: string | null;
  readonly refusal: Refusal | false;
}

/** Both stay as they are until the commit, so that whoever takes power from one of them finds the session and ends it. */
const shared = (id: string | null): [string, PersonLock][] => (id ? [[id, 'share']] : []);

async function lockAnybody(tx: Transaction, context: SignedInContext, userId: string): Promise<Found> {
  const id = decodeId('user', userId);
  const people = await lockPeople(tx, new Map([...shared(context.reach.userId), ...shared(id)]));
  const reach = await readCaller(tx, context);
  const refused = refusedThere(reach, 'userImpersonate', undefined);
  if (refused) throw refused;
  const person = id && people.get(id);
  if (!person) throw notFound(userId, ['input', 'userId']);
  const facts = { ...person, roles: await rolesOf(tx, person.id) };
  return { reach, person, boundToId: null, refusal: impersonationRefused(reach, facts) };
}

async function lockMemberOf(tx: Transaction, context: SignedInContext, organizationId: string, userId: string): Promise<Found> {
  const id = decodeId('user', userId);
  const there = await lockThere(tx, context, 'userImpersonate', organizationId, { people: new Map(shared(id)) });
  const { reach, power, organization } = there;
  const person = id && there.people.get(id);
  const found = person && (await readMember(tx, organization.id, person));
  if (!found) throw notFound(userId, ['input', 'userId']);
  const facts = { ...person, roles: await rolesOf(tx, person.id) };
  const { status: membershipStatus, roles } = found.member;
  const factsThere = { membershipStatus, organizationStatus: organization.status, roles };
  return {
    reach,
    person,
    boundToId: organization.id,
    refusal: impersonationThereRefused(reach, power, facts, factsThere),
  };
}

/** Counts what comes about, in its transaction: what is refused or rolled back does not count. Throws TOO_MANY_ATTEMPTS. */
async function countImpersonation(tx: Transaction, { secrets, settings }: Steward, reach: Reach): Promise<void> {
  const key = secrets.keyedHash('impersonations', reach.userId);
  const retryAt = await countAttempt((sql) => tx.$queryRaw(sql), key, { most: settings.limits.impersonations, minutes: 60 });
  if (retryAt) throw authenticationRefusal('TOO_MANY_ATTEMPTS', retryAt);
}
