import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/ids.ts';
import { startAuthWorld } from '../auth/support.ts';
import { tag } from '../pool/support.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { clientOf, type Person, type World } from '../support/world.ts';
import { happenings } from '../user/support.ts';
import { documentOf } from './support.ts';

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  admin = await world.person({ roles: ['system_admin'] });
  await admin.signIn();
});

/** A client whose requests are one request that is sent again. */
const repeating = () =>
  clientOf(world.server, world.settings, () => admin.tokens!.accessToken, { 'idempotency-key': `repeated-${newId()}` });

const app = 'app { id code name readPools { code } version }';
const pool = 'pool { id code name version }';
const person = 'user { id version homePool { code } pools { code } } changed';

/** A person with a grant and a tag, an app and a pool of theirs, and a pool that nobody has. */
async function cast() {
  const [jo, theirs, own, empty] = [await world.person(), await world.app(), await world.pool(), await world.pool()];
  await world.grant(jo, theirs);
  await tag(world, jo, own);
  return { userId: jo.id, appId: theirs.id, poolCode: own.code, empty: empty.code };
}

type Cast = Awaited<ReturnType<typeof cast>>;

test.each<[mutation: string, success: string, input: (cast: Cast) => object]>([
  ['appCreate', app, () => ({ code: `new-${newId()}`, name: 'New', readPoolCodes: ['default'] })],
  ['appUpdate', app, ({ appId, poolCode }) => ({ appId, name: 'Another', readPoolCodes: [poolCode], expectedVersion: 1 })],
  ['appDelete', 'deletedAppId deletedGrants', ({ appId }) => ({ appId, reason: 'No more' })],
  ['appRevokeUser', 'grant { id status revokedAt } changed readmittedOnLogin', ({ appId, userId }) => ({ appId, userId })],
  ['poolCreate', pool, () => ({ code: `new-${newId()}` })],
  ['poolUpdate', pool, ({ poolCode }) => ({ poolCode, name: 'Another', expectedVersion: 1 })],
  ['poolDelete', 'deletedPoolId', ({ empty }) => ({ poolCode: empty })],
  ['poolSetUserHome', `${person} previous { id code }`, ({ userId, empty }) => ({ userId, poolCode: empty })],
  ['poolAddUser', person, ({ userId, empty }) => ({ userId, poolCode: empty })],
  ['poolRemoveUser', person, ({ userId, poolCode }) => ({ userId, poolCode })],
])(
  '%s with an idempotency key: its repetition is the same answer, and has no second effect',
  async (mutation, success, inputOf) => {
    const [document, input] = [documentOf(mutation, success), inputOf(await cast())];
    const client = repeating();
    const first = await client.ask(document, { input });
    const before = await fingerprint(world.database);

    const second = await client.ask(document, { input });

    expect(first.data[mutation].__typename).toMatch(/Success$/);
    expect(await happenings(world, first)).toHaveLength(1);
    expect(second.data).toEqual(first.data);
    expect(await happenings(world, second)).toEqual([]);
    expect(await fingerprint(world.database)).toEqual(before);
  },
);

test('a grant with an idempotency key: its repetition says that it changed something, and shows it as it is now', async () => {
  const [jo, theirs] = [await world.person(), await world.app()];
  const [document, input] = [documentOf('appGrantUser', 'grant { id status } changed'), { userId: jo.id, appId: theirs.id }];
  const client = repeating();
  const { appGrantUser: first } = await client.run(document, { input });
  await admin.run(documentOf('appRevokeUser', 'changed'), { input });

  const { appGrantUser: second } = await client.run(document, { input });

  expect(first).toEqual({ __typename: 'AppGrantUserSuccess', grant: { id: first.grant.id, status: 'ACTIVE' }, changed: true });
  expect(second).toEqual({ ...first, grant: { id: first.grant.id, status: 'REVOKED' } });
});

test('a move with an idempotency key: its repetition tells of the former home as it was, where that has been deleted since', async () => {
  const former = await world.pool();
  const jo = await world.person({ pool: former.code });
  const document = documentOf(
    'poolSetUserHome',
    'previous { id code name description version createdAt updatedAt userCount apps { code } } changed',
  );
  const client = repeating();
  const input = { userId: jo.id, poolCode: 'default' };
  const { poolSetUserHome: first } = await client.run(document, { input });
  await admin.run(documentOf('poolDelete', 'deletedPoolId'), { input: { poolCode: former.code } });

  const { poolSetUserHome: second } = await client.run(document, { input });

  expect(first).toMatchObject({ previous: { id: former.id, code: former.code, userCount: 0 }, changed: true });
  expect(second).toEqual(first);
});
