import { beforeAll, describe, expect, test } from 'vitest';
import { badDescriptions, badUrls, conflict, documentOf, versionConflict } from '../app/support.ts';
import { impersonate, startAuthWorld } from '../auth/support.ts';
import type { Organization, Person, World } from '../support/world.ts';
import { badMetadata, badTexts } from '../user/bad-input.ts';
import { clientWith, expectNothingWritten, happenings, holds, invalid } from '../user/support.ts';
import { ofOrganization } from './organizations.support.ts';
import { testsOfGuard } from './support.ts';

const Update = documentOf('organizationUpdate', 'organization { name slug description website logoUrl metadata version }');
const Search = '($search: String!) { organizations(where: { search: $search }) { nodes { id } } }';

let world: World;
let staff: Person;
let owner: Person;
let acme: Organization;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  owner = await world.person();
  acme = await world.organization({ owner });
  await staff.signIn();
  await owner.signIn();
});

const update = async (input: object) =>
  (await owner.run(Update, { input: { organizationId: acme.id, ...input } })).organizationUpdate;
const found = async (search: string) => (await staff.run(`query ${Search}`, { search })).organizations.nodes;

describe('refused:', () => {
  testsOfGuard(
    'organizationUpdate',
    { staff: 'organizations:update', orThere: 'org:update', whileImpersonating: 'allowed' },
    () => ({
      world,
      staff,
      inputOf: ({ id }) => ({ organizationId: id, description: 'Another' }),
    }),
  );

  test.each(badTexts)('a name with %s', async (_what, name, code) => {
    await expectNothingWritten(world, async () => expect(await update({ name })).toEqual(invalid(['name', code])));
  });

  test.each(badDescriptions)('a description with %s', async (_what, description, code) => {
    expect(await update({ description })).toEqual(invalid(['description', code]));
  });

  test.each(badUrls)('a website and a logo that are %s', async (_what, url, code) => {
    expect(await update({ website: url, logoUrl: url })).toEqual(invalid(['website', code], ['logoUrl', code]));
  });

  test.each(badMetadata)('metadata with %s', async (_what, metadata, codes) => {
    expect(await update({ metadata })).toEqual(invalid(...codes.map((code) => ['metadata', code] as const)));
  });

  test('a name and a slug that are null or empty, before a version that has moved', async () => {
    await expectNothingWritten(world, async () => {
      expect(await update({ name: null, slug: null, expectedVersion: 9 })).toEqual(
        invalid(['name', 'REQUIRED'], ['slug', 'REQUIRED']),
      );
      expect(await update({ name: ' ', slug: 'A b' })).toEqual(invalid(['name', 'REQUIRED'], ['slug', 'INVALID_SLUG']));
    });
  });

  test('a version that has moved, before a slug that is taken, which is named to whoever may see whose it is', async () => {
    const other = await world.organization({ owner: await world.person() });
    await expectNothingWritten(world, async () => {
      const current = { __typename: 'Organization', id: acme.id };
      expect(await update({ slug: other.slug, expectedVersion: 9 })).toEqual(versionConflict(1, current));
      expect(await update({ slug: other.slug })).toEqual(conflict('SLUG_TAKEN', null, 'slug'));
      const input = { organizationId: acme.id, slug: other.slug };
      expect((await staff.run(Update, { input })).organizationUpdate).toEqual(
        conflict('SLUG_TAKEN', { __typename: 'Organization', id: other.id }, 'slug'),
      );
    });
  });
});

test('what is given is changed, the slug with it only where it is given, and the search finds it by its new name alone', async () => {
  const jo = await world.person();
  const own = await world.organization({ owner: jo, name: 'Formerly', slug: 'kept-slug' });
  const { accessToken } = await jo.signIn();
  const fields = {
    name: 'Zephyr Ünlimited',
    description: 'D',
    website: 'https://z.example',
    logoUrl: 'https://z.example/l',
    metadata: { a: 1 },
  };

  const answer = await jo.ask(Update, { input: { organizationId: own.id, ...fields, expectedVersion: 1 } });

  expect(answer.data.organizationUpdate.organization).toEqual({ ...fields, slug: 'kept-slug', version: 2 });
  const before: Record<string, unknown> = { name: 'Formerly', metadata: {} };
  expect(await happenings(world, answer)).toEqual([
    ofOrganization(own, 'organization.updated', jo, {
      changes: Object.entries(fields).map(([field, after]) => ({ field, before: before[field] ?? null, after })),
    }),
  ]);
  expect([await found('zephyr ÜNLIMITED'), await found('formerly'), await found('kept-slug')]).toEqual([
    [{ id: own.id }],
    [],
    [{ id: own.id }],
  ]);
  expect(await holds(world, accessToken)).toBe(true);

  const slugged = await staff.ask(Update, {
    input: { organizationId: own.id, slug: ' new-slug ', description: null, metadata: null },
  });
  expect(slugged.data.organizationUpdate.organization).toEqual({
    ...fields,
    slug: 'new-slug',
    description: null,
    metadata: {},
    version: 3,
  });
  expect(await happenings(world, slugged)).toEqual([
    ofOrganization(own, 'organization.updated', staff, {
      changes: [
        { field: 'slug', before: 'kept-slug', after: 'new-slug' },
        { field: 'description', before: 'D', after: null },
        { field: 'metadata', before: { a: 1 }, after: {} },
      ],
      people: [jo],
    }),
  ]);
  expect([await found('kept-slug'), await found('new-slug')]).toEqual([[], [{ id: own.id }]]);
});

test('what is the same already is no change', async () => {
  const own = await world.organization({ owner, name: 'Same', slug: 'same' });
  const same = { name: ' Same ', slug: ' same ', description: ' ', website: null, metadata: {}, expectedVersion: null };

  for (const input of [{}, same]) {
    const answer = await owner.ask(Update, { input: { organizationId: own.id, ...input } });
    expect(answer.data.organizationUpdate.organization).toMatchObject({ name: 'Same', slug: 'same', version: 1 });
    expect(await happenings(world, answer)).toEqual([]);
  }
});

test('it is everyday work, also of who acts as a member', async () => {
  const own = await world.organization({ owner });
  const { accessToken } = await impersonate(world, staff, owner);

  const answer = await clientWith(world, accessToken).ask(Update, { input: { organizationId: own.id, name: 'By staff' } });

  expect(answer.data.organizationUpdate.organization).toMatchObject({ name: 'By staff', version: 2 });
  expect(await happenings(world, answer)).toMatchObject([{ actor: owner.uuid, impersonator: staff.uuid }]);
});
