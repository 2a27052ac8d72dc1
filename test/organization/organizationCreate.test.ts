import { beforeAll, describe, expect, test } from 'vitest';
import { decodeId } from '../../src/ids.ts';
import { badDescriptions, badUrls, conflict, documentOf } from '../app/support.ts';
import { startAuthWorld } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import { badIds, badMetadata, badMetadataTexts, badTexts, runWith } from '../user/bad-input.ts';
import { expectNothingWritten, happenings, invalid, notFound, ruleError, versionsOf } from '../user/support.ts';
import { expectRefusedWhileImpersonating, ofOrganization } from './organizations.support.ts';
import { expectForbidden } from './support.ts';

const Create = documentOf(
  'organizationCreate',
  'organization { id name slug description website logoUrl metadata status version memberCount owner { user { id } } memberships { nodes { user { id } status roles { code } } } }',
);

let world: World;
let staff: Person;
beforeAll(async () => {
  world = await startAuthWorld();
  staff = await world.person({ roles: ['super_admin'] });
  await staff.signIn();
});

const create = async (input: object) => (await staff.run(Create, { input })).organizationCreate;
const slugOf = async (name: string): Promise<string> => (await create({ name })).organization.slug;

describe('refused:', () => {
  test('without a token, and without the permission, which leaves an event', async () => {
    const jo = await world.person();
    await world.organization({ owner: jo });
    await expectNothingWritten(world, async () => {
      await expect(world.anonymous.run(Create, { input: { name: 'Acme' } })).toBeRefused('UNAUTHENTICATED');
    });
    await expectForbidden(world, 'organizationCreate', jo, 'organizations:create', { name: '' }, null);
  });

  test('while impersonating', async () => {
    const boss = await world.person({ roles: ['system_admin'] });
    await expectRefusedWhileImpersonating(world, boss, staff, 'organizationCreate', { name: '' });
  });

  test.each(badTexts)('a name with %s', async (_what, name, code) => {
    await expectNothingWritten(world, async () => expect(await create({ name })).toEqual(invalid(['name', code])));
  });

  test.each(badDescriptions)('a description with %s', async (_what, description, code) => {
    expect(await create({ name: 'Acme', description })).toEqual(invalid(['description', code]));
  });

  test.each(badUrls)('a website and a logo that are %s', async (_what, url, code) => {
    expect(await create({ name: 'Acme', website: url, logoUrl: url })).toEqual(invalid(['website', code], ['logoUrl', code]));
  });

  test.each(badMetadata)('metadata with %s', async (_what, metadata, codes) => {
    const issues = codes.map((code) => ['metadata', code] as const);
    expect(await create({ name: 'Acme', metadata })).toEqual(invalid(...issues));
  });

  test.each(badMetadataTexts)('metadata with %s', async (_what, metadata, codes) => {
    const { organizationCreate } = await runWith(world, staff, Create, { name: 'Acme' }, metadata);
    expect(organizationCreate).toEqual(invalid(...codes.map((code) => ['metadata', code] as const)));
  });

  test.each([
    '',
    '  ',
    'Acme',
    'a b',
    'a_b',
    'a.b',
    'a\0',
    'a\nb',
    '\ud800',
    'sh\u043ep',
    'a\u200bb',
    'x'.repeat(101),
    'x'.repeat(10_000),
  ])('a slug like %j', async (slug) => {
    await expectNothingWritten(world, async () => {
      expect(await create({ name: 'Acme', slug })).toEqual(invalid(['slug', 'INVALID_SLUG']));
    });
  });

  test('all that is wrong at once, before an owner who is nobody', async () => {
    expect(await create({ name: ' ', slug: '?', website: '?', ownerId: 'nonsense' })).toEqual(
      invalid(['name', 'REQUIRED'], ['slug', 'INVALID_SLUG'], ['website', 'INVALID_URL']),
    );
  });

  test.each(badIds('user'))('an owner whose id is %s, before a slug that is taken', async (_what, ownerId) => {
    await world.organization({ owner: staff, slug: `there-${_what.replace(/[^a-z]/g, '')}` });
    await expectNothingWritten(world, async () => {
      expect(await create({ name: 'Acme', slug: `there-${_what.replace(/[^a-z]/g, '')}`, ownerId })).toEqual(
        notFound(ownerId, 'ownerId'),
      );
    });
  });

  test('an owner whose account is suspended', async () => {
    const jo = await world.person({ status: 'SUSPENDED' });
    await expectNothingWritten(world, async () => {
      expect(await create({ name: 'Acme', ownerId: jo.id })).toEqual(ruleError('USER_SUSPENDED'));
    });
  });

  test('a slug that an organization has, be it suspended', async () => {
    const { id } = await world.organization({ owner: await world.person(), slug: 'taken', status: 'SUSPENDED' });
    await expectNothingWritten(world, async () => {
      expect(await create({ name: 'Acme', slug: ' taken ' })).toEqual(
        conflict('SLUG_TAKEN', { __typename: 'Organization', id }, 'slug'),
      );
    });
  });
});

test('it belongs to who is named, who is its first member with `org_admin`, and to the caller unless told', async () => {
  const jo = await world.person();
  const before = await versionsOf(world, jo);
  const fields = {
    name: ' Acme ',
    slug: ' acme-inc ',
    description: 'What\nit is',
    website: 'https://acme.example',
    logoUrl: 'https://acme.example/logo',
    metadata: { plan: 'gold' },
  };

  const answer = await staff.ask(Create, { input: { ...fields, ownerId: jo.id } });

  const { organization } = answer.data.organizationCreate;
  const shown = { ...fields, name: 'Acme', slug: 'acme-inc' };
  expect(organization).toEqual({
    id: organization.id,
    ...shown,
    status: 'ACTIVE',
    version: 1,
    memberCount: 1,
    owner: { user: { id: jo.id } },
    memberships: { nodes: [{ user: { id: jo.id }, status: 'ACTIVE', roles: [{ code: 'org_admin' }] }] },
  });
  expect(await happenings(world, answer)).toEqual([
    ofOrganization({ uuid: decodeId('org', organization.id)! }, 'organization.created', staff, {
      changes: Object.entries({ ...shown, owner: jo.id }).map(([field, after]) => ({ field, before: null, after })),
      people: [jo],
    }),
  ]);
  expect(await versionsOf(world, jo)).toEqual(before);

  const own = { name: 'Own', slug: null, description: null, website: '', logoUrl: null, metadata: null, ownerId: null };
  const plain = await staff.ask(Create, { input: own });
  expect(plain.data.organizationCreate.organization).toMatchObject({
    slug: 'own',
    description: null,
    website: null,
    metadata: {},
    owner: { user: { id: staff.id } },
  });
  expect(await happenings(world, plain)).toMatchObject([
    {
      changes: [
        { field: 'name', before: null, after: 'Own' },
        { field: 'slug', before: null, after: 'own' },
        { field: 'owner', before: null, after: staff.id },
      ],
    },
  ]);
});

describe('a slug that comes from the name', () => {
  test.each([
    ['Müller & Söhne', 'muller-sohne'],
    ['北京 拍卖', 'beijing-paimai'],
    ['شركة', 'shrkh'],
    ['Ελληνική Εταιρία', 'elliniki-etairia'],
    ['Пример ООО', 'primer-ooo'],
    ['🎉🎉', 'tada-tada'],
    ['!!!', 'organization'],
    ['y'.repeat(200), 'y'.repeat(100)],
    ['北'.repeat(200), 'bei'.repeat(34).slice(0, 100)],
    [`${'z'.repeat(99)} and more`, 'z'.repeat(99)],
  ])('%s: %s', async (name, slug) => {
    expect(await slugOf(name)).toBe(slug);
  });

  test('is followed by a number where it is taken, and from ten on by eight digits', async () => {
    const slugs: string[] = [];
    for (let i = 0; i < 11; i++) slugs.push(await slugOf('Namesake'));
    expect(slugs.slice(0, 9)).toEqual(['namesake', ...[2, 3, 4, 5, 6, 7, 8, 9].map((n) => `namesake-${n}`)]);
    for (const slug of slugs.slice(9)) expect(slug).toMatch(/^namesake-[0-9a-f]{8}$/);
    expect(new Set(slugs).size).toBe(11);

    expect([await slugOf('w'.repeat(100)), await slugOf('w'.repeat(100))]).toEqual(['w'.repeat(100), `${'w'.repeat(98)}-2`]);
  });
});
