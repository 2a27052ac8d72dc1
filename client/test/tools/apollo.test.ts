import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import {
  AuditEventAddedDocument,
  AuditEventsDocument,
  UserDocument,
  UserSetRolesDocument,
  UsersDocument,
} from '@steward/client/documents';
import { print } from 'graphql';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Person } from '../../../test/support/world.ts';
import { type Listening, startListening } from '../support/server.ts';
import { follow } from './server-sent.ts';

let steward: Listening;
let admin: Person;
let jo: Person;
let possibleTypes: Record<string, string[]>;

beforeAll(async () => {
  steward = await startListening();
  admin = await steward.world.person({ roles: ['system_admin'] });
  jo = await steward.world.person({ roles: ['base_user', 'buyer'] });
  await Promise.all([admin.signIn(), jo.signIn()]);
  possibleTypes = await askPossibleTypes();
});

/** What Apollo's documentation has one do, so that `... on MutationError` is understood. */
async function askPossibleTypes() {
  const { __schema } = await admin.run('{ __schema { types { name possibleTypes { name } } } }');
  const types: { name: string; possibleTypes: { name: string }[] | null }[] = __schema.types;
  return Object.fromEntries(
    types.flatMap(({ name, possibleTypes: possible }) => (possible ? [[name, possible.map((one) => one.name)]] : [])),
  );
}

/** Apollo Client as somebody, with the bodies that it has posted. */
function apolloAs(person: Person, linkOf: (options: HttpLink.Options) => ApolloLink) {
  const posted: any[] = [];
  const link = linkOf({
    uri: `${steward.url}/graphql`,
    headers: { authorization: `Bearer ${person.tokens!.accessToken}` },
    fetch(url, options) {
      posted.push(JSON.parse(String(options?.body)));
      return fetch(url, options);
    },
  });
  // What a list holds now is what came last. Apollo warns where nobody says so.
  const typePolicies = { User: { fields: { roles: { merge: false } } } };
  return { posted, apollo: new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes, typePolicies }) }) };
}

const alone = (options: HttpLink.Options) => new HttpLink(options);
const batching = (options: HttpLink.Options) => new BatchHttpLink(options as BatchHttpLink.Options);

describe('BatchHttpLink', () => {
  test('three queries of one moment are one POST, and each gets its own answer, one of them an error', async () => {
    const { apollo, posted } = apolloAs(jo, batching);

    const [own, everybody, unknown] = await Promise.all([
      apollo.query({ query: UserDocument, variables: { id: jo.id }, errorPolicy: 'all' }),
      apollo.query({ query: UsersDocument, variables: {}, errorPolicy: 'all' }),
      apollo.query({ query: UserDocument, variables: { id: admin.id }, errorPolicy: 'all' }),
    ]);

    expect(posted.map((body) => body.map((one: any) => one.operationName))).toEqual([['User', 'Users', 'User']]);
    expect(own).toEqual({ data: { user: expect.objectContaining({ id: jo.id, email: jo.email }) } });
    expect(everybody.data).toEqual({ users: null });
    expect(CombinedGraphQLErrors.is(everybody.error) && everybody.error.errors).toMatchObject([
      { path: ['users'], extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(unknown).toEqual({ data: { user: null } });
  });

  test('it keeps to the twenty of a batch when told so, and more are refused', async () => {
    const ask = (client: ApolloClient) =>
      Promise.allSettled(
        Array.from({ length: 21 }, (_, at) =>
          client.query({ query: UserDocument, variables: { id: at === 20 ? jo.id : `${jo.id}${at}` } }),
        ),
      );
    const many = apolloAs(jo, (options) => new BatchHttpLink({ ...(options as BatchHttpLink.Options), batchMax: 20 }));
    const tooMany = apolloAs(jo, (options) => new BatchHttpLink({ ...(options as BatchHttpLink.Options), batchMax: 21 }));

    const answers = await ask(many.apollo);
    expect(many.posted.map((body) => body.length)).toEqual([20, 1]);
    expect(answers.map(({ status }) => status)).toEqual(Array(21).fill('fulfilled'));
    expect(answers.at(-1)).toMatchObject({ value: { data: { user: { email: jo.email } } } });
    const refused = await ask(tooMany.apollo);
    expect(refused.map(({ status }) => status)).toEqual(Array(21).fill('rejected'));
  });
});

describe('the cache', () => {
  test('a mutation with a union as its result shows in queries that were read before', async () => {
    const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { apollo, posted } = apolloAs(admin, alone);
    const page = { query: UsersDocument, variables: { where: { search: jo.email } } };
    const rolesShown = () => apollo.readQuery(page)?.users?.nodes.map(({ roles }) => roles.map(({ code }) => code));
    await apollo.query(page);
    expect(rolesShown()).toEqual([['buyer', 'base_user']]);

    const { data } = await apollo.mutate({
      mutation: UserSetRolesDocument,
      variables: { input: { userId: jo.id, roleCodes: ['seller'] } },
    });

    expect(data?.userSetRoles).toMatchObject({
      __typename: 'UserSetRolesSuccess',
      added: [{ code: 'seller' }],
      removed: [{ code: 'buyer' }, { code: 'base_user' }],
    });
    expect(rolesShown()).toEqual([['seller']]);
    expect(posted).toHaveLength(2);
    expect(warnings.mock.calls).toEqual([]);
    warnings.mockRestore();
  });

  test('a refusal comes with all that its type tells, and changes nothing that was read', async () => {
    const { apollo } = apolloAs(admin, alone);
    const one = { query: UserDocument, variables: { id: jo.id } };
    const { data: before } = await apollo.query(one);

    const { data } = await apollo.mutate({
      mutation: UserSetRolesDocument,
      variables: { input: { userId: jo.id, roleCodes: ['no-such-role'] } },
    });

    expect(data?.userSetRoles).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      message: expect.any(String),
      path: ['input', 'roleCodes', '0'],
      issues: [
        {
          __typename: 'InputIssue',
          path: ['input', 'roleCodes', '0'],
          code: 'UNKNOWN_ROLE',
          message: '"no-such-role" is no platform role.',
        },
      ],
    });
    expect(apollo.readQuery(one)).toEqual(before);
  });
});

test('a link of a few lines follows a subscription, and leaves it when it is left', async () => {
  const headers = { authorization: `Bearer ${admin.tokens!.accessToken}` };
  const signals: AbortSignal[] = [];
  const streaming = (options: HttpLink.Options) =>
    new ApolloLink(
      ({ query, variables, operationName }) =>
        new Observable((observer) => {
          const left = new AbortController();
          signals.push(left.signal);
          const tell = async () => {
            const body = { query: print(query), variables, operationName };
            for await (const result of follow(String(options.uri), headers, body, left.signal)) observer.next(result);
            observer.complete();
          };
          tell().catch((error) => observer.error(error));
          return () => left.abort();
        }),
    );
  const { apollo } = apolloAs(admin, (options) =>
    ApolloLink.split(({ operationType }) => operationType === 'subscription', streaming(options), alone(options)),
  );
  const { data: known } = await apollo.query({ query: AuditEventsDocument, variables: { first: 1 } });

  const heard: unknown[] = [];
  const done = new Promise<void>((resolve, reject) => {
    const after = known!.auditEvents!.edges[0]!.cursor;
    const variables = { after, where: { actions: ['user.roles_set'] } };
    const subscription = apollo.subscribe({ query: AuditEventAddedDocument, variables }).subscribe({
      next({ data, error }) {
        if (error) return reject(error);
        heard.push(data?.auditEventAdded.node.subjectId);
        if (heard.length < 2) return;
        subscription.unsubscribe();
        resolve();
      },
      error: reject,
    });
  });
  for (const roleCodes of [['buyer'], ['base_user']]) {
    await apollo.mutate({ mutation: UserSetRolesDocument, variables: { input: { userId: jo.id, roleCodes } } });
  }
  await done;

  expect(heard).toEqual([jo.id, jo.id]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});
