import {
  AuditEventAddedDocument,
  AuditEventsDocument,
  UserDocument,
  UserSetRolesDocument,
  UsersDocument,
} from '@steward/client/documents';
import { Client, type ClientOptions, cacheExchange, fetchExchange, type OperationResult, subscriptionExchange } from '@urql/core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/world.ts';
import { type Listening, startListening } from '../support/server.ts';
import { follow } from './server-sent.ts';

let steward: Listening;
let admin: Person;
let jo: Person;
let kim: Person;

beforeAll(async () => {
  steward = await startListening();
  admin = await steward.world.person({ roles: ['system_admin'] });
  jo = await steward.world.person({ roles: ['base_user', 'buyer'] });
  kim = await steward.world.person();
  await Promise.all([admin.signIn(), kim.signIn()]);
});

const headersOf = (person: Person) => ({ authorization: `Bearer ${person.tokens!.accessToken}` });

const urqlAs = (person: Person, options: Partial<ClientOptions> = {}) =>
  new Client({
    url: `${steward.url}/graphql`,
    exchanges: [cacheExchange, fetchExchange],
    // Steward reads by POST alone.
    preferGetMethod: false,
    fetchOptions: () => ({ headers: headersOf(person) }),
    ...options,
  });

const setRoles = (urql: Client, ...roleCodes: string[]) =>
  urql.mutation(UserSetRolesDocument, { input: { userId: jo.id, roleCodes } }).toPromise();

test('a mutation with a union as its result: its refusal, then its success, for which a query is read again', async () => {
  const urql = urqlAs(admin);
  const shown: unknown[] = [];
  let watched: (() => void) | undefined;
  const { unsubscribe } = urql.query(UsersDocument, { where: { search: jo.email } }).subscribe(({ data, error, stale }) => {
    if (!stale) shown.push(error ?? data?.users?.nodes.map(({ roles }) => roles.map(({ code }) => code)));
    watched?.();
  });
  const showing = async (times: number) => {
    while (shown.length < times) await new Promise<void>((resolve) => (watched = resolve));
    return shown;
  };
  expect(await showing(1)).toEqual([[['buyer', 'base_user']]]);

  const refused = await setRoles(urql, 'no-such-role');
  expect([refused.error, refused.data?.userSetRoles]).toMatchObject([
    undefined,
    { __typename: 'ValidationError', issues: [{ path: ['input', 'roleCodes', '0'], code: 'UNKNOWN_ROLE' }] },
  ]);
  const { data, error } = await setRoles(urql, 'seller');
  expect([error, data?.userSetRoles]).toMatchObject([
    undefined,
    { __typename: 'UserSetRolesSuccess', user: { id: jo.id }, added: [{ code: 'seller' }] },
  ]);

  expect((await showing(2)).at(-1)).toEqual([['seller']]);
  unsubscribe();
});

test('what is not allowed is an error beside null', async () => {
  const urql = urqlAs(kim);

  const { data, error } = await urql.query(UsersDocument, {});

  expect(data).toEqual({ users: null });
  expect([error?.networkError, error?.graphQLErrors]).toMatchObject([
    undefined,
    [{ path: ['users'], extensions: { code: 'FORBIDDEN' } }],
  ]);
  expect((await urql.query(UserDocument, { id: kim.id })).data?.user?.email).toBe(kim.email);
});

describe('the subscription', () => {
  test.each<[string, (person: Person) => Partial<ClientOptions>]>([
    ["urql's own reading of event streams", () => ({ fetchSubscriptions: true })],
    [
      'subscriptionExchange and a few lines',
      (person) => ({
        exchanges: [
          fetchExchange,
          subscriptionExchange({
            forwardSubscription: ({ query, variables, operationName }) => ({
              subscribe(sink) {
                const left = new AbortController();
                const tell = async () => {
                  const body = { query, variables, operationName };
                  for await (const one of follow(`${steward.url}/graphql`, headersOf(person), body, left.signal)) sink.next(one);
                  sink.complete();
                };
                tell().catch((error) => left.signal.aborted || sink.error(error));
                return { unsubscribe: () => left.abort() };
              },
            }),
          }),
        ],
      }),
    ],
  ])('%s follows it', async (_way, options) => {
    const urql = urqlAs(admin, options(admin));
    const { data } = await urql.query(AuditEventsDocument, { first: 1 });
    const heard: unknown[] = [];
    let leave: (() => void) | undefined;
    const done = new Promise<void>((resolve) => {
      const variables = { after: data!.auditEvents!.edges[0]!.cursor, where: { actions: ['user.roles_set'] } };
      const following = urql.subscription(AuditEventAddedDocument, variables).subscribe((event) => {
        heard.push(event.error ?? [event.data?.auditEventAdded.node.action, event.data?.auditEventAdded.node.subjectId]);
        if (event.error || heard.length === 2) resolve();
      });
      leave = following.unsubscribe;
    });

    await setRoles(urql, 'buyer');
    await setRoles(urql, 'base_user');
    await done;
    // Not within the callback: urql would drop the rejection of a stream that it aborts while it reads it.
    leave!();

    expect(heard).toEqual(Array(2).fill(['user.roles_set', jo.id]));
  });

  test('of what is not allowed, the stream tells, and ends', async () => {
    const urql = urqlAs(kim, { fetchSubscriptions: true });
    const results: OperationResult[] = [];
    await new Promise<void>((resolve) => {
      urql.subscription(AuditEventAddedDocument, {}).subscribe((result) => {
        results.push(result);
        if (!result.hasNext) resolve();
      });
    });

    expect(results.at(-1)?.error?.graphQLErrors).toMatchObject([
      { path: ['auditEventAdded'], extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});
