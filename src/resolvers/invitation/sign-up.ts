import { type Database, Prisma, type Transaction } from '../../database.ts';
import { notFound, refuseIf } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { claimInPools } from '../../locks/address.ts';
import { type App, lockApp } from '../../locks/app.ts';
import { lockOrganization } from '../../locks/organization.ts';
import { lockPerson } from '../../locks/person.ts';
import { lockPools, type Pool } from '../../locks/pool.ts';
import { appClosed } from '../auth/rules.ts';
import { closedToJoin } from '../organization/rules.ts';
import { lookUpRoles } from '../user/platform-roles.ts';
import { readInvitation } from './rows.ts';
import { notPending } from './rules.ts';

/** To whom a link went, without any lock; null for a token of no invitation. */
export async function readOffer(database: Database, tokenHash: Buffer): Promise<{ email: string } | null> {
  const [offer] = await database.query<{ email: string }>(
    Prisma.sql`SELECT email FROM invitations WHERE token_hash = ${tokenHash}::bytea`,
  );
  return offer ?? null;
}

/**
 * Locks what a sign-up by a link rests on, the address in the pool included, and gives what the new person begins with.
 * Throws whatever stands against it.
 */
export async function lockOffer(tx: Transaction, { tokenHash, appCode }: { tokenHash: Buffer; appCode: string | null }) {
  const unknown = notFound(null, ['input', 'invitationToken']);
  const found = await readInvitation(tx, { tokenHash });
  if (!found) throw unknown;
  if (found.invitedById) await lockPerson(tx, found.invitedById, 'share');
  const app = appCode === null ? null : await lockApp(tx, { code: appCode });
  const homePool = await lockHomePool(tx, app);
  const organization = await lockOrganization(tx, found.organizationId, 'change');
  const invitation = await readInvitation(tx, { tokenHash });
  if (!organization || !invitation) throw unknown;
  refuseIf(notPending(invitation), appCode !== null && appClosed(app, null, 'grantsOnLogin'), closedToJoin(organization));

  const id = newId();
  const { named: roles } = await lookUpRoles(tx, id, ['base_user']);
  await claimInPools(tx, [{ poolId: homePool.id, email: invitation.email }], { userId: id });
  return { invitation, app, homePool, roles };
}

/** The pool where the app's people are at home; `default` without one. */
async function lockHomePool(tx: Transaction, app: App | null): Promise<Pool> {
  const [named] = app
    ? await tx.$queryRaw<{ code: string }[]>(Prisma.sql`SELECT code FROM pools WHERE id = ${app.homePoolId}::uuid`)
    : [{ code: 'default' }];
  // It is there: an app keeps its pool, and `default` stays.
  return (await lockPools(tx, [named!.code])).values().next().value!;
}
