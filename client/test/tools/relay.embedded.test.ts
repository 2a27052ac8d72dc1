import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../../src/root.ts';
import { openStream } from '../../../test/support/event-stream.ts';
import { startWorld } from '../../../test/support/world.ts';
import { programOf, runProgram } from './run-program.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steward-relay-'));
  await cp(join(root, 'client/test/tools/relay'), join(folder, 'src'), { recursive: true });
  await cp(join(root, 'schema.graphql'), join(folder, 'schema.graphql'));
  const config = { src: './src', schema: './schema.graphql', language: 'javascript', eagerEsModules: true };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true }));

/** What `npx relay-compiler` does in the folder. */
const compile = () => runProgram(folder, [programOf('relay-compiler'), 'relay.config.json']);

/** The text that an operation of Relay sends. */
async function sentBy(operation: string): Promise<string> {
  const artifact = await readFile(join(folder, 'src/__generated__', `${operation}.graphql.js`), 'utf8');
  return JSON.parse(/^ *"text": (".+")$/m.exec(artifact)![1]!);
}

test('what is not in the schema is refused', async () => {
  const wrong = join(folder, 'src/Wrong.js');
  await writeFile(wrong, 'graphql`query WrongQuery { viewer { user { surname } } }`;');
  const { status, stderr } = await compile();
  await rm(wrong);

  expect(status).not.toBe(0);
  expect(stderr).toContain('The type `User` has no field `surname`.');
});

test('relay-compiler takes fragments, paginated connections and refetches, and what it makes of them is answered', async () => {
  const { status, stdout, stderr } = await compile();
  expect([status, stderr, stdout]).toEqual([0, '', expect.stringContaining('Compilation completed.')]);
  expect((await readdir(join(folder, 'src/__generated__'))).map((name) => name.replace(/\.graphql\.js$/, '')).sort()).toEqual([
    'PeopleAuditSubscription',
    'PeopleMembersNextPageQuery',
    'PeopleNextPageQuery',
    'PeopleOneQuery',
    'PeoplePageQuery',
    'PeopleSetRolesMutation',
    'People_members',
    'People_one',
    'People_query',
    'People_user',
  ]);

  const world = await startWorld();
  const admin = await world.person({ roles: ['system_admin'], email: 'amy@relay.example' });
  const [ben, cleo] = [await world.person({ email: 'ben@relay.example' }), await world.person({ email: 'cleo@relay.example' })];
  const organization = await world.organization({ owner: ben, name: 'Relay', members: [[cleo]] });
  const where = { search: 'relay.example' };

  const page = await admin.run(await sentBy('PeoplePageQuery'), { organization: organization.id, where });
  const pageInfo = (endCursor: string, hasNextPage: boolean) => ({ endCursor, hasNextPage });
  const edgeOf = (node: object) => ({ cursor: expect.any(String), node: expect.objectContaining(node) });
  const user = (email: string, ...codes: string[]) =>
    edgeOf({ __typename: 'User', email, roles: codes.map((code) => ({ id: expect.stringMatching(/^role_/), code })) });
  const member = (email: string, code: string) =>
    edgeOf({ __typename: 'Membership', email, roles: [{ id: expect.stringMatching(/^role_/), code }] });
  expect(page).toEqual({
    users: {
      totalCount: 3,
      edges: [user('amy@relay.example', 'system_admin'), user('ben@relay.example', 'base_user')],
      pageInfo: pageInfo(page.users.edges[1].cursor, true),
    },
    node: {
      __typename: 'Organization',
      id: organization.id,
      name: 'Relay',
      memberships: {
        edges: [member('ben@relay.example', 'org_admin')],
        pageInfo: pageInfo(page.node.memberships.edges[0].cursor, true),
      },
    },
  });

  const people = await admin.run(await sentBy('PeopleNextPageQuery'), { cursor: page.users.pageInfo.endCursor, where });
  expect(people.users.edges).toEqual([user('cleo@relay.example', 'base_user')]);
  expect(people.users.pageInfo).toEqual(pageInfo(people.users.edges[0].cursor, false));
  const members = await admin.run(await sentBy('PeopleMembersNextPageQuery'), {
    id: organization.id,
    cursor: page.node.memberships.pageInfo.endCursor,
  });
  expect(members.node.memberships.edges).toEqual([member('cleo@relay.example', 'org_member')]);

  const one = await sentBy('PeopleOneQuery');
  const shown = { __typename: 'User', id: cleo.id, name: cleo.name };
  expect(await admin.run(one, { id: cleo.id })).toEqual({ node: { ...shown, version: 1 } });
  const input = { userId: cleo.id, roleCodes: ['buyer'] };
  expect(await admin.run(await sentBy('PeopleSetRolesMutation'), { input })).toMatchObject({
    userSetRoles: { __typename: 'UserSetRolesSuccess', user: { id: cleo.id, roles: [{ code: 'buyer' }] } },
  });
  expect(await admin.run(one, { id: cleo.id })).toEqual({ node: { ...shown, version: 2 } });

  const stream = await openStream(
    world,
    { token: admin.tokens!.accessToken },
    { query: await sentBy('PeopleAuditSubscription') },
  );
  await admin.run(await sentBy('PeopleSetRolesMutation'), { input: { userId: cleo.id, roleCodes: ['base_user'] } });
  expect((await stream.next())?.body.data.auditEventAdded.node.action).toBe('user.roles_set');
  await stream.end();
});
