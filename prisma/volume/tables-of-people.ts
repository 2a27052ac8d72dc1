import { userSearchText } from '../../src/search.ts';
import { counted, type Row, type TableRows } from './copy.ts';
import { dieFor } from './die.ts';
import { instant, instantOrNull } from './instant.ts';
import { inTime, shareOut } from './ranges.ts';
import type { World } from './world.ts';

export interface Hashes {
  /** Of the account that one can sign in with. */
  readonly staff: string | null;
  /** Of everybody else. */
  readonly others: string;
}

const profileDie = dieFor('profile');
const rolesDie = dieFor('platform roles');

export function tablesOfPeople(world: World, hashes: Hashes): TableRows[] {
  const { frame, pools, apps, people } = world;
  const everybody = (row: (person: number) => Iterable<Row>) =>
    function* () {
      for (let person = 0; person < frame.users; person++) yield* row(person);
    };
  return [
    {
      table: 'pools',
      columns: ['id', 'code', 'name', 'description', 'created_at', 'updated_at'],
      // The first one is there.
      count: pools.length - 1,
      rows: () =>
        pools
          .slice(1)
          .map((pool) => [pool.id, pool.code, pool.name, pool.description, ...Array(2).fill(instant(pool.createdAt))]),
    },
    {
      table: 'users',
      columns: userColumns,
      count: frame.users,
      rows: () => counted(frame.users, (person) => userRow(world, hashes, person)),
    },
    {
      table: 'user_pools',
      columns: ['user_id', 'pool_id', 'created_at'],
      count: Math.round(frame.users * 0.1),
      rows: everybody((person) =>
        people.tags(person).map((pool) => [people.id(person), pools[pool]!.id, instant(people.createdAt(person))]),
      ),
    },
    {
      table: 'pool_addresses',
      columns: ['pool_id', 'email', 'user_id'],
      count: Math.round(frame.users * 1.1),
      rows: everybody((person) =>
        [people.pool(person), ...people.tags(person)].map((pool) => [pools[pool]!.id, people.email(person), people.id(person)]),
      ),
    },
    {
      table: 'user_roles',
      columns: ['user_id', 'role_id', 'created_at'],
      count: frame.platformRoles,
      rows: everybody(platformRoles(world)),
    },
    {
      table: 'apps',
      columns: ['id', 'code', 'name', 'url', 'status', 'auto_grant_on_signup', 'home_pool_id', 'created_at', 'updated_at'],
      count: apps.length,
      rows: () =>
        apps.map(({ id, code, name, isDisabled, autoGrantOnSignup, homePool, createdAt }) => [
          ...[id, code, name, `https://${code}.example.com`, isDisabled ? 'DISABLED' : 'ACTIVE', autoGrantOnSignup],
          ...[pools[homePool]!.id, instant(createdAt), instant(createdAt)],
        ]),
    },
    {
      table: 'app_read_pools',
      columns: ['app_id', 'pool_id', 'position'],
      count: apps.length * 2,
      rows: () => apps.flatMap(({ id, readPools }) => readPools.map((pool, position) => [id, pools[pool]!.id, position])),
    },
    grantTable(world),
  ];
}

const userColumns = [
  ...[
    'id',
    'home_pool_id',
    'email',
    'email_verified',
    'name',
    'avatar_url',
    'external_id',
    'metadata',
    'status',
    'suspended_until',
  ],
  ...[
    'suspension_reason',
    'password_hash',
    'token_version',
    'last_login_at',
    'created_at',
    'updated_at',
    'version',
    'search_text',
  ],
];

const departments = ['Sales', 'Support', 'Finance', 'Logistics', 'Marketing', 'Legal', 'Operations', 'Procurement'];

function userRow({ frame, pools, people }: World, hashes: Hashes, person: number): Row {
  const die = profileDie(person);
  const pool = people.pool(person);
  const { name: fullName, locale } = people.called(person);
  const [email, name] = [people.email(person), people.hasName(person) ? fullName : null];
  const externalId = person > 0 && die.chance(0.4) ? `${pools[pool]!.code}-${10_000 + person}` : null;
  const metadata = die.chance(0.1)
    ? {}
    : {
        plan: die.pick(['free', 'free', 'team', 'enterprise']),
        locale,
        ...(die.chance(0.6) ? { department: die.pick(departments) } : {}),
      };
  const [createdAt, lastLoginAt, suspension] = [people.createdAt(person), people.lastLoginAt(person), people.suspension(person)];
  const isChanged = die.chance(0.4);
  const updatedAt = Math.max(suspension?.at ?? createdAt, isChanged ? die.between(createdAt, frame.now) : createdAt);
  return [
    people.id(person),
    pools[pool]!.id,
    email,
    person === 0 || die.chance(0.9),
    name,
    die.chance(0.3) ? `https://example.com/avatars/${1000 + person}.png` : null,
    externalId,
    JSON.stringify(metadata),
    suspension ? 'SUSPENDED' : 'ACTIVE',
    instantOrNull(suspension?.until ?? null),
    suspension?.reason ?? null,
    person === 0 ? hashes.staff : lastLoginAt !== null || die.chance(0.5) ? hashes.others : null,
    suspension ? 2 : 1,
    instantOrNull(lastLoginAt),
    instant(createdAt),
    instant(updatedAt),
    updatedAt > createdAt ? 2 : 1,
    userSearchText({ email, name, externalId }),
  ];
}

/** One role for most people, two or three for some, and none for a few. */
function platformRoles({ frame, people, given }: World): (person: number) => Row[] {
  const role = (code: string) => given.platformRoles.get(code)!;
  const counts = shareOut(frame.platformRoles, frame.users, 3, (person) =>
    person === 0 ? 2 : rolesDie(person).pick([0.5, 1, 1, 1, 1, 1.5, 2, 2, 2, 3]),
  );
  return (person) => {
    const first = person >= frame.staff ? 'base_user' : person % 8 === 0 ? 'system_admin' : 'super_admin';
    const second = person < frame.staff ? 'base_user' : person % 2 ? 'seller' : 'buyer';
    const codes = [first, second, second === 'buyer' ? 'seller' : 'buyer'].slice(0, counts[person]);
    return codes.map((code) => [people.id(person), role(code), instant(people.createdAt(person))]);
  };
}

function grantTable({ frame, people, apps, grants }: World): TableRows {
  const staffId = (person: number | null) => (person === null ? null : people.id(person));
  return {
    table: 'app_grants',
    columns: ['id', 'user_id', 'app_id', 'status', 'granted_at', 'granted_by_id', 'revoked_at', 'revoked_by_id'],
    count: frame.grants,
    *rows() {
      for (const number of inTime(frame.grants, frame.start, (one) => grants.grant(one).grantedAt)) {
        const { person, app, grantedAt, grantedBy, revokedAt, revokedBy } = grants.grant(number);
        yield [
          ...[grants.id(number, grantedAt), people.id(person), apps[app]!.id, revokedAt === null ? 'ACTIVE' : 'REVOKED'],
          ...[instant(grantedAt), staffId(grantedBy), instantOrNull(revokedAt), staffId(revokedBy)],
        ];
      }
    },
  };
}
