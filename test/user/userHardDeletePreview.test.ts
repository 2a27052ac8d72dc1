import { beforeAll, expect, test } from 'vitest';
import { startAuthWorld } from '../auth/support.ts';
import { happened } from '../support/events.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Visit, visitsTo } from '../support/personas.ts';
import type { World } from '../support/world.ts';
import { countsOf, Preview, previewBy } from './hard-delete.support.ts';
import { nobodys } from './support.ts';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
let admin: Visit;
beforeAll(async () => {
  world = await startAuthWorld();
  visit = visitsTo(world).visit;
  admin = await visit(await world.person({ roles: ['system_admin'] }));
});

test('who is nobody has no preview, whatever the id looks like', async () => {
  const organization = await world.organization({ owner: await world.person() });
  for (const id of nobodys('user', organization).filter((id) => !id.includes('\ud800'))) {
    expect(await previewBy(admin)(id)).toBeNull();
  }
});

test('it takes users:delete, and says of whom it is asked nothing without', async () => {
  const jo = await world.person();
  for (const roles of [['base_user'], ['super_admin']]) {
    const by = await visit(await world.person({ roles }));
    await expect(by.run(Preview, { userId: jo.id })).toBeRefused('FORBIDDEN');
  }
  await expect(world.anonymous.run(Preview, { userId: jo.id })).toBeRefused('UNAUTHENTICATED');
});

test('all that would go is counted by kind, the same kinds in the same order for everybody, and nothing is written', async () => {
  const { sql, database } = world;
  const [jo, kim] = [await world.person(), await world.person({ roles: [] })];
  const tag = await world.pool();
  const [owner, app] = [await world.person(), await world.app()];
  const organization = await world.organization({ owner, members: [[jo, ['org_manager', 'seller']]] });
  await database.query(sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${jo.uuid}::uuid, ${tag.uuid}::uuid)`);
  await world.grant(jo, app, 'REVOKED');
  await visit(jo);
  await world.invitation({ organization, email: jo.email, status: 'EXPIRED' });
  await happened(world, { action: 'a.b' }, { by: jo });
  await happened(world, { action: 'a.b', people: [jo.uuid] }, { by: owner });
  await happened(world, { action: 'a.b', metadata: { email: jo.email } }, { by: owner });
  const before = await fingerprint(database);

  const [ofJo, ofKim] = [await previewBy(admin)(jo.id), await previewBy(admin)(kim.id)];

  expect({ ...ofJo, deletes: countsOf(ofJo) }).toEqual({
    user: { id: jo.id, email: jo.email },
    blockers: [],
    deletes: {
      users: 1,
      addresses: 2,
      pools: 1,
      roles: 1,
      appGrants: 1,
      memberships: 1,
      membershipRoles: 2,
      sessions: 1,
      refreshTokens: 1,
      invitations: 1,
      invitationRoles: 1,
    },
    pseudonymizedAuditEvents: 3,
    planToken: expect.stringMatching(/^[\w-]{100,600}$/),
  });
  expect(countsOf(ofKim)).toEqual({ users: 1, addresses: 1 });
  const kinds = ({ deletes }: { deletes: { kind: string }[] }) => deletes.map(({ kind }) => kind);
  expect(kinds(ofKim)).toEqual(kinds(ofJo));
  expect(await fingerprint(database)).toEqual(before);
});
