import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthClient, NetworkError, RequestError, StewardError } from '@steward/client';
import { getIntrospectionQuery } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { root } from '../../src/root.ts';
import { type Person, password } from '../../test/support/world.ts';
import * as operations from '../src/generated/operations.ts';
import { type Listening, startListening } from './support/server.ts';
import { follow } from './tools/server-sent.ts';

let steward: Listening;
let admin: Person;
let jo: Person;
/** What the build wrote: texts by their ids. */
let manifest: Record<string, string>;
let token: string;

beforeAll(async () => {
  steward = await startListening({ TRUSTED_DOCUMENTS: 'only', STEWARD_RESET_REQUESTS: '100' });
  admin = await steward.world.person({ roles: ['system_admin'] });
  jo = await steward.world.person();
  manifest = JSON.parse(await readFile(join(root, 'client/dist/documents.json'), 'utf8'));
  const variables = { input: { email: admin.email, password } };
  const { body } = await post({ query: operations.AuthLoginDocument.text, variables });
  token = body.data.authLogin.tokens.accessToken;
});

const idOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const nameOf = (text: string): string => /^\w+ (\w+)/.exec(text)![1]!;
const bearer = () => ({ authorization: `Bearer ${token}` });

async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${steward.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as any };
}

const rolesOfJo = async () =>
  (await post({ query: operations.UserRolesDocument.text, variables: { userId: jo.id } }, bearer())).body.data.user.roles.map(
    ({ code }: { code: string }) => code,
  );

describe('the manifest', () => {
  test('it has every operation of the client and nothing else, each under the hash of its text', () => {
    const texts = Object.values(operations).map(({ text }) => text);

    expect(manifest).toEqual(Object.fromEntries(texts.map((text) => [idOf(text), text])));
    expect(Object.keys(manifest)).toHaveLength(Object.keys(operations).length);
  });

  test('the id of each entry stands for its text', async () => {
    for (const [documentId, query] of Object.entries(manifest)) {
      // Nobody's, and without variables: what can run has no consequences.
      const [byText, byId] = [await post({ query }), await post({ documentId })];
      const ask = (answer: typeof byId) => [
        answer.status,
        answer.body.data,
        answer.body.errors?.map(({ message, extensions }: any) => [message, extensions.code]),
      ];

      expect([nameOf(query), ask(byId)]).toEqual([nameOf(query), ask(byText)]);
      expect(JSON.stringify(byId.body)).not.toMatch(/UNKNOWN_DOCUMENT|DOCUMENT_NOT_TRUSTED/);
    }
  });

  test('ids are answered alone, in a batch, and by a stream', async () => {
    const page = { documentId: idOf(operations.UsersDocument.text), variables: { where: { search: jo.email } } };
    const one = { documentId: idOf(operations.UserDocument.text), variables: { id: jo.id } };
    const shown = expect.objectContaining({ id: jo.id, email: jo.email });

    expect((await post(page, bearer())).body.data.users).toMatchObject({ totalCount: 1, nodes: [shown] });
    const { body } = await post([page, one], bearer());
    expect(body.map(({ data }: any) => data)).toEqual([{ users: expect.objectContaining({ nodes: [shown] }) }, { user: shown }]);

    const left = new AbortController();
    const after = (await post({ documentId: idOf(operations.AuditEventsDocument.text), variables: { first: 1 } }, bearer())).body
      .data.auditEvents.edges[0].cursor;
    await createAuthClient({ apiBaseUrl: steward.url }).auth.login({ email: jo.email, password });
    const variables = { after, where: { actions: ['user.logged_in'] } };
    const body2 = { documentId: idOf(operations.AuditEventAddedDocument.text), variables };
    for await (const { data } of follow(`${steward.url}/graphql`, bearer(), body2, left.signal)) {
      expect(data.auditEventAdded.node).toMatchObject({ action: 'user.logged_in', actorId: jo.id });
      break;
    }
    left.abort();
  });
});

describe('the client', () => {
  /** A client, and the names of all operations that it has sent; each of them has to be in the manifest. */
  function clientOf() {
    const sent: string[][] = [];
    const client = createAuthClient({
      apiBaseUrl: steward.url,
      fetch(url, init) {
        const texts = [JSON.parse(String(init?.body))].flat().map(({ query }: { query: string }) => query);
        expect(texts.filter((text) => !(idOf(text) in manifest))).toEqual([]);
        sent.push(texts.map(nameOf));
        return fetch(url, init);
      },
    });
    return { client, sent };
  }

  test('signs in, reads, changes, refreshes, follows and signs out', async () => {
    const { client, sent } = clientOf();
    const kim = await steward.world.person();
    await client.auth.login({ email: admin.email, password });

    const [page, me, roles] = await Promise.all([
      client.users.list({ search: kim.email }),
      client.auth.whoami(),
      client.users.listRoles(kim.id),
    ]);
    expect([page.total, me?.user.email, roles.map(({ code }) => code)]).toEqual([1, admin.email, ['base_user']]);
    const { events } = await client.audit.list({ first: 1 });
    await client.auth.refresh();
    const changed = await client.users.setRoles(kim.id, ['seller']);
    expect([changed.added, changed.removed].map((some) => some.map(({ code }) => code))).toEqual([['seller'], ['base_user']]);
    await expect(client.users.setRoles(kim.id, ['no-such-role'])).rejects.toMatchObject({ name: 'ValidationError' });
    for await (const { action, subject_id } of client.audit.subscribe({ after: events[0]!.cursor })) {
      expect([action, subject_id]).toEqual(['user.roles_set', kim.id]);
      break;
    }
    await client.auth.logout();

    expect(sent).toEqual([
      ['AuthLogin'],
      ['Users', 'Whoami', 'UserRoles'],
      ['AuditEvents'],
      ['AuthRefresh'],
      ['UserSetRoles'],
      ['UserSetRoles'],
      ['AuditEventAdded'],
      ['AuthLogout'],
    ]);
  });

  test('is served with every operation that it has', async () => {
    const { client, sent } = clientOf();
    const { world } = steward;
    const [ada, kim, lou] = [await world.person({ roles: ['system_admin'] }), await world.person(), await world.person()];
    const organization = await world.organization({ owner: kim });
    const app = await world.app();
    const pool = await world.pool();
    const { users, organizations, apps, pools, account, audit, auth } = client;
    const [user, org, nothing] = [kim.id, organization.id, encodeId('inv', newId())];
    const role = encodeId('role', newId());
    const reason = 'to see that it is served';

    // What each does is the business of other tests: a refusal that the domain gives will do.
    const walk: (() => Promise<unknown>)[] = [
      () => auth.login({ email: ada.email, password }),
      () => auth.whoami(),
      () => auth.refresh(),
      () => auth.switchOrg(null),
      () => auth.stopImpersonating(),
      () => account.get(),
      () => account.update({ name: 'Ada' }),
      () => account.changePassword({ currentPassword: password, newPassword: 'short' }),
      () => account.requestPasswordReset(kim.email),
      () => account.resetPassword({ token: 'unknown', newPassword: 'a long sentence of mine' }),
      () => account.signUp({ invitationToken: 'unknown', name: 'Kim', password: 'a long sentence of mine' }),
      () => account.listSessions(),
      () => account.getMyOrgs(),
      () => account.listMyInvitations(),
      () => account.getInvitation('unknown'),
      () => account.acceptInvitation(nothing),
      () => account.declineInvitation(nothing),
      () => account.leaveOrganization(org),
      () => users.list(),
      () => users.get(user),
      () => users.lookup({ ids: [user] }),
      () => users.create({ email: 'lea@example.com' }),
      () => users.update(user, { name: 'Kim' }),
      () => users.suspend(user, { reason }),
      () => users.reactivate(user),
      () => users.unlock(user),
      () => users.sendPasswordReset(user),
      () => users.setPassword(user, 'short'),
      () => users.listRoles(user),
      () => users.listPlatformRoles(),
      () => users.listAssignableRoles(),
      () => users.setRoles(user, ['seller']),
      () => users.access(user, 'users:read'),
      () => users.listSessions(user),
      () => users.terminateSession(user, encodeId('ses', newId())),
      () => users.revokeSessions(user),
      () => users.previewHardDelete(user),
      () => users.hardDelete({ userId: user, reason }),
      () => users.impersonate({ targetUserId: ada.id, reason }),
      () => organizations.list(),
      () => organizations.get(org),
      () => organizations.getBySlug(organization.slug),
      () => organizations.create({ name: 'Trusted' }),
      () => organizations.update(org, { name: 'Trusting' }),
      () => organizations.suspend(org, { reason }),
      () => organizations.reactivate(org),
      () => organizations.listMembers(org),
      () => organizations.addMember(org, lou.id),
      () => organizations.updateMemberStatus(org, lou.id, 'suspended'),
      () => organizations.setMemberRoles(org, lou.id, ['org_member']),
      () => organizations.removeMember(org, lou.id),
      () => organizations.transferOwnership(org, lou.id),
      () => organizations.listRoles(org),
      () => organizations.listAssignableRoles(org),
      () => organizations.listAssignablePermissions(org),
      () => organizations.createRole(org, { code: 'trusted', name: 'Trusted', permissionCodes: [] }),
      () => organizations.updateRole(org, role, { name: 'Trusting' }),
      () => organizations.deleteRole(org, role),
      () => organizations.createInvitation(org, { email: 'mia@example.com' }),
      () => organizations.listInvitations(org),
      () => organizations.resendInvitation(org, nothing),
      () => organizations.revokeInvitation(org, nothing),
      () => organizations.delete(org),
      () => apps.list(),
      () => apps.get(app.id),
      () => apps.getByCode(app.code),
      () => apps.create({ code: 'trusted', name: 'Trusted' }),
      () => apps.update(app.id, { name: 'Trusting' }),
      () => apps.grantUser(lou.id, app.id),
      () => apps.listForUser(lou.id),
      () => apps.listUsers(app.id),
      () => apps.revokeUser(lou.id, app.id),
      () => apps.delete(app.id),
      () => pools.list(),
      () => pools.get(pool.code),
      () => pools.create({ code: 'trusted', name: 'Trusted' }),
      () => pools.update(pool.code, { name: 'Trusting' }),
      () => pools.getForUser(lou.id),
      () => pools.addUser(lou.id, pool.code),
      () => pools.removeUser(lou.id, pool.code),
      () => pools.setUserHome(lou.id, pool.code),
      () => pools.delete(pool.code),
      () => audit.list(),
      async () => {
        const { events } = await audit.list({ first: 2 });
        for await (const { id } of audit.subscribe({ after: events[1]!.cursor })) return id;
      },
      () => auth.logoutAll(),
      () => auth.login({ email: ada.email, password }),
      () => auth.logout(),
    ];
    for (const step of walk) {
      const outcome = await step().catch((error: unknown) => error);
      const unserved = outcome instanceof RequestError || outcome instanceof NetworkError;
      expect(outcome instanceof Error && (unserved || !(outcome instanceof StewardError)) && [String(step), outcome]).toBe(false);
    }

    expect([...new Set(sent.flat())].sort()).toEqual(Object.values(manifest).map(nameOf).sort());
  });
});

describe('all else is refused', () => {
  const own = 'query Own { viewer { user { email } } }';
  const trusted = operations.UserDocument.text;

  test.each<[string, string, () => object]>([
    ['a document of one’s own', 'DOCUMENT_NOT_TRUSTED', () => ({ query: own })],
    ['a trusted text with a space more', 'DOCUMENT_NOT_TRUSTED', () => ({ query: `${trusted} ` })],
    ['a trusted text spelled otherwise', 'DOCUMENT_NOT_TRUSTED', () => ({ query: trusted.replace('{', ' {') })],
    ['two trusted texts in one', 'DOCUMENT_NOT_TRUSTED', () => ({ query: `${trusted} ${operations.AuthLogoutDocument.text}` })],
    [
      'introspection, as GraphiQL asks',
      'DOCUMENT_NOT_TRUSTED',
      () => ({ query: getIntrospectionQuery(), operationName: 'IntrospectionQuery' }),
    ],
    ['nothing at all', 'DOCUMENT_NOT_TRUSTED', () => ({})],
    ['an unknown id', 'UNKNOWN_DOCUMENT', () => ({ documentId: idOf(own) })],
    ['an unknown id beside a trusted text', 'UNKNOWN_DOCUMENT', () => ({ documentId: idOf(own), query: trusted })],
    ['the hash without its prefix', 'UNKNOWN_DOCUMENT', () => ({ documentId: idOf(trusted).slice('sha256:'.length) })],
    ['a name that every object has', 'UNKNOWN_DOCUMENT', () => ({ documentId: 'constructor' })],
    [
      'Apollo’s persisted query of a trusted text',
      'DOCUMENT_NOT_TRUSTED',
      () => ({ extensions: { persistedQuery: { version: 1, sha256Hash: idOf(trusted).slice('sha256:'.length) } } }),
    ],
  ])('%s: %s, and in a batch what stands beside it does not run', async (_what, code, body) => {
    expect(await rolesOfJo()).toEqual(['base_user']);
    const change = {
      query: operations.UserSetRolesDocument.text,
      variables: { input: { userId: jo.id, roleCodes: ['seller'] } },
    };

    for (const sent of [body(), [body()], [change, body()]]) {
      const answer = await post(sent, bearer());
      expect([answer.status, answer.body.data, answer.body.errors.map((error: any) => error.extensions.code)]).toEqual([
        400,
        undefined,
        [code],
      ]);
    }
    expect(await rolesOfJo()).toEqual(['base_user']);
  });

  test('by a stream, too', async () => {
    const query = 'subscription Own { auditEventAdded { cursor } }';
    const { status, body } = await post({ query }, { ...bearer(), accept: 'text/event-stream, application/json;q=0.5' });

    expect([status, body.errors[0].extensions.code]).toEqual([400, 'DOCUMENT_NOT_TRUSTED']);
  });

  test('a document of one’s own in the client’s `request` is a RequestError', async () => {
    const client = createAuthClient({ apiBaseUrl: steward.url });
    await client.auth.login({ email: jo.email, password });

    const refused = await Promise.all([client.request(own, {}).catch((error: unknown) => error), client.users.get(jo.id)]);
    expect(refused).toMatchObject([{ name: 'RequestError', code: 'DOCUMENT_NOT_TRUSTED', status: 400 }, { email: jo.email }]);
  });
});
