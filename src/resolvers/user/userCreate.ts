import { record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import type { Transaction } from '../../database.ts';
import { refuseIf, ruleRefusal } from '../../errors.ts';
import { decodeId, newId } from '../../ids.ts';
import { claimInPools } from '../../locks/address.ts';
import { lockApps } from '../../locks/app.ts';
import { lockCaller } from '../../locks/person.ts';
import { lockPools } from '../../locks/pool.ts';
import { may } from '../../policy.ts';
import { beginnings, insertUser, type Newcomer, unknownApp } from './new-user.ts';
import { partsNotHeld, poolIssues, type ReadNewUser, readNewUser, soundNewUser, type UserCreateInput } from './new-user-input.ts';
import { sendPasswordLink } from './password-mail.ts';
import { lookUpRoles, unknownRoles } from './platform-roles.ts';
import { outOfReach } from './rules.ts';

export type { UserCreateInput } from './new-user-input.ts';

/** Creates a person with roles, further pools and apps. Whoever gets no password is mailed a link to set one, unless told not to. */
export async function userCreate(context: SignedInContext, input: UserCreateInput) {
  const read = readNewUser(context.steward, input);
  const passwordHash = await hashFor(context, read);

  return change(context, async (tx) => {
    const id = newId();
    const { reach } = await lockCaller(tx, context, 'share');
    const apps = await lockApps(
      tx,
      read.appIds.map((appId) => decodeId('app', appId)).filter((uuid) => uuid !== null),
    );
    const pools = await lockPools(tx, [read.homePoolCode, ...read.poolCodes]);
    const { named: roles } = await lookUpRoles(tx, id, read.roleCodes);

    const user = soundNewUser(read, [...unknownRoles(read.roleCodes, roles), ...poolIssues(read, pools)]);
    refuseIf(
      unknownApp(read.appIds, apps),
      outOfReach(reach, roles),
      partsNotHeld(reach, input),
      [...apps.values()].some(({ status }) => status === 'DISABLED') && ruleRefusal('APP_DISABLED'),
    );
    const homePool = pools.get(read.homePoolCode)!;
    const furtherPools = [...pools.values()].filter((pool) => pool !== homePool);
    const newcomer = { id, user, passwordHash, roles, homePool, furtherPools, apps: [...apps.values()] };
    await claim(tx, newcomer);

    await insertUser(tx, newcomer, reach.userId);
    if (passwordHash === null && user.sendWelcome) await sendPasswordLink(tx, context.steward, { ...user, id, passwordHash });
    await record(tx, context, {
      action: 'user.created',
      subject: { type: 'user', id },
      changes: beginnings(newcomer),
    });
    return { userId: id };
  });
}

/** Made before the transaction, and not at all for who will be refused. */
async function hashFor({ steward, arrival, reach }: SignedInContext, { issues, value }: ReadNewUser): Promise<string | null> {
  if (value?.password == null || issues.length > 0 || !may(reach, 'users:set-password')) return null;
  return steward.passwords.hash(value.password, arrival.ipAddress);
}

/** EMAIL_TAKEN where somebody has the address in any of the pools, EXTERNAL_ID_TAKEN where the home pool has the external id. */
async function claim(tx: Transaction, { id, user: { email, externalId }, homePool, furtherPools }: Newcomer): Promise<void> {
  await claimInPools(
    tx,
    [
      { poolId: homePool.id, email, ...(externalId !== null && { externalId }) },
      ...furtherPools.map((pool) => ({ poolId: pool.id, email })),
    ],
    { userId: id, places: { email: ['input', 'email'], externalId: ['input', 'externalId'] } },
  );
}
