import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '../src/ids.ts';
import { AppByCodeDocument, AppByIdDocument, AppsInFullDocument, UserCountOfAppDocument } from './generated/graphql.ts';
import { byPlace } from './support/by-place.ts';
import { visitsTo } from './support/personas.ts';
import { type Person, startWorld, type World } from './support/world.ts';

let world: World;
let admin: Person;

beforeAll(async () => {
  world = await startWorld();
  admin = await world.person({ email: 'admin@steward.example', roles: ['super_admin'] });
  await admin.signIn();
});

const missing = (field: string, path: (string | number)[]) => ({
  message: expect.any(String),
  path,
  extensions: { code: 'FORBIDDEN', needs: field },
});

const told = (errors: readonly { message: string; path?: unknown[]; extensions: Record<string, any> }[]) =>
  byPlace(errors).map(({ message, path, extensions: { code, needs } }) => ({ message, path, extensions: { code, needs } }));

/** What there is of an app, as its reader sees it. */
const shown = (app: { id: string; code: string }, more: object = {}) => ({
  __typename: 'App',
  id: app.id,
  code: app.code,
  name: app.code,
  description: null,
  url: null,
  status: 'ACTIVE',
  autoGrantOnSignup: false,
  homePool: { code: 'default' },
  readPools: [{ code: 'default' }],
  createdAt: expect.any(String),
  updatedAt: expect.any(String),
  version: 1,
  ...more,
});

// ---------------------------------------------------------------- refusals

describe('refused', () => {
  test.each(['apps { code }', 'app(id: "app_x") { code }', 'appByCode(code: "x") { code }'])(
    'UNAUTHENTICATED for who is not signed in: %s',
    async (field) => {
      const answer = await world.anonymous.ask(`{ ${field} }`);

      expect(answer.data).toEqual({ [/^\w+/.exec(field)![0]]: null });
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    },
  );

  test('FORBIDDEN for the list without apps:read, also for who has an app', async () => {
    const person = await world.person();
    await world.grant(person, await world.app());

    const answer = await person.ask(AppsInFullDocument);

    expect(answer.data).toEqual({ apps: null });
    expect(told(answer.errors)).toEqual([missing('apps:read', ['apps'])]);
  });

  test('FORBIDDEN, at the field, for the users of an app that is one’s own', async () => {
    const person = await world.person();
    const app = await world.app();
    await world.grant(person, app);

    const answer = await person.ask('query ($id: ID!) { app(id: $id) { code userCount grants { totalCount nodes { id } } } }', {
      id: app.id,
    });

    expect(answer.data).toEqual({ app: { code: app.code, userCount: null, grants: null } });
    expect(answer.errors).toHaveLength(2);
    // Each field is refused in its own time.
    expect(told(answer.errors)).toEqual(
      expect.arrayContaining([missing('apps:read', ['app', 'userCount']), missing('apps:read', ['app', 'grants'])]),
    );
  });

  test('null, without an error, for an app that is somebody else’s, as for an id or a code that nothing has', async () => {
    const [person, other] = [await world.person(), await world.person()];
    const [own, app] = [await world.app(), await world.app()];
    await world.grant(person, own);
    await world.grant(other, app);
    const ids = [app.id, encodeId('app', newId()), encodeId('pool', app.uuid), app.uuid, '', 'app_', own.id.toUpperCase()];
    const codes = [app.code, 'nothing-has-it', '', own.code.toUpperCase(), ` ${own.code}`, `${own.code}\0`, '\ud800', '%'];

    const byId = await Promise.all(ids.map((id) => person.run(AppByIdDocument, { id })));
    const byCode = await Promise.all(codes.map((code) => person.run(AppByCodeDocument, { code })));

    expect(byId).toEqual(ids.map(() => ({ app: null })));
    expect(byCode).toEqual(codes.map(() => ({ appByCode: null })));
  });

  test('an organization that impersonates its member sees no app of it; staff who do see them', async () => {
    const [owner, member] = [await world.person(), await world.person()];
    const acme = await world.organization({ owner, members: [[member]] });
    const app = await world.app();
    await world.grant(member, app);
    const { visit } = visitsTo(world);
    const confined = await visit(member, { impersonator: { by: owner, from: await visit(owner), boundTo: acme } });
    const staff = await visit(member, { impersonator: { by: admin, from: await visit(admin) } });

    const answers = await Promise.all(
      [confined, staff].map(async (reader) => ({
        ...(await reader.run(AppByIdDocument, { id: app.id })),
        ...(await reader.run(AppByCodeDocument, { code: app.code })),
      })),
    );

    expect(answers).toEqual([
      { app: null, appByCode: null },
      { app: shown(app), appByCode: shown(app) },
    ]);
  });
});

// ---------------------------------------------------------------- one app

test('an app by id and by code, with all that is known of it', async () => {
  const far = await world.pool('far-away');
  const near = await world.pool('near-by');
  const app = await world.app({
    status: 'DISABLED',
    autoGrantOnSignup: true,
    pool: far.code,
    readPools: [near.code, 'default', far.code],
  });
  await world.database.query(world.sql`
    UPDATE apps SET name = 'Far away', description = 'For those who are.', url = 'https://far.example/',
                    created_at = '2025-01-02T03:04:05.678Z', updated_at = '2025-02-03T04:05:06.789Z', version = 7
     WHERE id = ${app.uuid}::uuid`);

  const answers = [
    (await admin.run(AppByIdDocument, { id: app.id })).app,
    (await admin.run(AppByCodeDocument, { code: app.code })).appByCode,
  ];

  const whole = {
    __typename: 'App',
    id: app.id,
    code: app.code,
    name: 'Far away',
    description: 'For those who are.',
    url: 'https://far.example/',
    status: 'DISABLED',
    autoGrantOnSignup: true,
    homePool: { code: 'far-away' },
    // The home pool first, and once.
    readPools: [{ code: 'far-away' }, { code: 'near-by' }, { code: 'default' }],
    createdAt: '2025-01-02T03:04:05.678Z',
    updatedAt: '2025-02-03T04:05:06.789Z',
    version: 7,
  };
  expect(answers).toEqual([whole, whole]);
});

test.each(['ACTIVE', 'REVOKED'] as const)(
  'who has a grant that is %s sees the app, with the pools that are theirs',
  async (status) => {
    const elsewhere = await world.pool();
    const app = await world.app({ pool: elsewhere.code, readPools: ['default'] });
    const person = await world.person();
    await world.grant(person, app, status);

    const answers = {
      ...(await person.run(AppByIdDocument, { id: app.id })),
      ...(await person.run(AppByCodeDocument, { code: app.code })),
    };

    const seen = shown(app, { homePool: null, readPools: [{ code: 'default' }] });
    expect(answers).toEqual({ app: seen, appByCode: seen });
  },
);

// ---------------------------------------------------------------- all apps

test('every app, by code, whatever its state; an empty list where there is none', async () => {
  const { app, person } = await startWorld();
  const reader = await person({ roles: ['system_admin'] });
  const before = await reader.run(AppsInFullDocument);
  // As bytes: the hyphen before digits, the underscore after them, letters last.
  const codes = ['ab', 'a_b', 'b', 'a1', 'a-b', 'a', '9', '_', '-', 'aa'];
  const status = (code: string) => (code === 'a1' ? 'DISABLED' : 'ACTIVE');
  const made = new Map<string, { id: string; code: string }>();
  for (const code of codes) made.set(code, await app({ code, status: status(code) }));

  const after = await reader.run(AppsInFullDocument);

  expect(before).toEqual({ apps: [] });
  expect(after.apps).toEqual(
    ['-', '9', '_', 'a', 'a-b', 'a1', 'a_b', 'aa', 'ab', 'b'].map((code) => shown(made.get(code)!, { status: status(code) })),
  );
});

// ---------------------------------------------------------------- how many have it

test('userCount counts who has an active grant, the suspended among them, and nobody’s revoked one', async () => {
  const [app, other, revoked, unused] = [await world.app(), await world.app(), await world.app(), await world.app()];
  const people = await Promise.all([{}, {}, { status: 'SUSPENDED' as const }, {}, {}].map((options) => world.person(options)));
  for (const [at, person] of people.entries()) {
    await world.grant(person, app, at < 3 ? 'ACTIVE' : 'REVOKED');
    await world.grant(person, revoked, 'REVOKED');
  }
  await world.grant(people[4]!, other);

  const counts = await Promise.all([app, other, revoked, unused].map(({ id }) => admin.run(UserCountOfAppDocument, { id })));

  expect(counts).toEqual([
    { app: { code: app.code, userCount: 3 } },
    { app: { code: other.code, userCount: 1 } },
    { app: { code: revoked.code, userCount: 0 } },
    { app: { code: unused.code, userCount: 0 } },
  ]);
});
