import { type Persona, personas } from './accounts.ts';
import { type Device, device } from './devices.ts';
import { after, type Dice, day, dice, hour, latest, minute } from './dice.ts';
import { addressOf, namer, ownScripts } from './names.ts';
import {
  externalIdOf,
  lastLogin,
  metadataOf,
  oldHand,
  personaTraits,
  platformRolesOf,
  staffTraits,
  suspensions,
  tagsOf,
} from './traits.ts';

export type PoolCode = 'default' | 'partner-portal' | 'claimleo';

export interface Suspension {
  readonly at: Date;
  readonly until: Date | null;
  readonly reason: string;
}

export interface Person {
  readonly id: string;
  readonly persona: Persona | null;
  readonly isStaff: boolean;
  readonly pool: PoolCode;
  readonly tags: readonly PoolCode[];
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly externalId: string | null;
  readonly metadata: Record<string, string>;
  readonly platformRoles: readonly string[];
  readonly hasPassword: boolean;
  readonly suspension: Suspension | null;
  readonly lockedUntil: Date | null;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly device: Device;
}

/** Those who run the platform, beside the personas. */
const staff = [
  { email: 'ingrid.solheim@example.com', name: 'Ingrid Solheim', role: 'system_admin' },
  { email: 'desmond.achebe-clarke@example.com', name: 'Desmond Achebe-Clarke', role: 'super_admin' },
  { email: 'paloma.iturbe@example.com', name: 'Paloma Iturbe', role: 'super_admin' },
  { email: 'wen.zhaohui@example.com', name: 'Wen Zhaohui', role: 'super_admin' },
];

/** The same address in two pools is two people, who share nothing but the address. */
const namesakes = [
  { email: 'office@example.org', name: 'Marguerite Oduya', other: 'Front Office', pools: ['default', 'partner-portal'] },
  {
    email: 'robin.achterberg@example.net',
    name: 'Robin Achterberg',
    other: 'R. Achterberg',
    pools: ['default', 'partner-portal'],
  },
  { email: 'claims@example.org', name: 'Samuel Nkemelu', other: 'Claims Desk', pools: ['partner-portal', 'claimleo'] },
  { email: 'jo.pemberton@example.com', name: 'Jo Pemberton', other: 'Josephine Pemberton', pools: ['default', 'claimleo'] },
] as const;

/** A lock lasts 15 minutes unless a setting says otherwise; these last longer, so that there is something to see and to unlock. */
const locks = [14 * minute, 26 * hour, 9 * day];

const atHome: Record<PoolCode, number> = { default: 148, 'partner-portal': 66, claimleo: 46 };

/** About 260 people over the three pools. */
export function people(now: Date): Person[] {
  const chance = dice(1, now);
  const nextName = namer(chance);
  const all: Person[] = [];
  const addresses = new Set<string>();

  function add(pool: PoolCode, known: Partial<Person> & { email: string }): void {
    addresses.add(known.email);
    all.push(person(chance, pool, all.length, known));
  }

  for (const { persona, email, name } of personas) add('default', { persona, email, name, ...personaTraits(persona, chance) });
  for (const { email, name, role } of staff) add('default', { email, name, ...staffTraits(role, chance) });
  for (const { email, name, other, pools } of namesakes) {
    add(pools[0], { email, name, tags: [] });
    add(pools[1], { email, name: other, tags: [] });
  }
  for (const { address, name, locale } of ownScripts)
    add('default', { email: `${address}@example.net`, name, metadata: { locale } });
  for (const suspension of suspensions(chance)) addStranger('default', { suspension, ...oldHand(chance) });
  for (const length of locks) addStranger('default', { lockedUntil: after(now, length), ...oldHand(chance) });
  for (const [pool, count] of Object.entries(atHome) as [PoolCode, number][]) {
    while (all.filter((someone) => someone.pool === pool).length < count) addStranger(pool);
  }
  return all;

  function addStranger(pool: PoolCode, known: Partial<Person> = {}): void {
    const named = nextName();
    const email = addressOf(named, chance);
    if (addresses.has(email)) addStranger(pool, known);
    else
      add(pool, {
        email,
        name: chance.chance(0.06) ? null : named.name,
        metadata: metadataOf(pool, named.locale, chance),
        ...known,
      });
  }
}

function person(chance: Dice, pool: PoolCode, index: number, known: Partial<Person> & { email: string }): Person {
  const createdAt = known.createdAt ?? chance.between(chance.ago(715 * day), chance.ago(2 * hour));
  const isVerified = known.emailVerified ?? chance.chance(0.88);
  const hasPassword = known.hasPassword ?? chance.chance(isVerified ? 0.96 : 0.8);
  const lastLoginAt =
    hasPassword && chance.chance(isVerified ? 0.92 : 0.4) ? lastLogin(chance, createdAt, known.suspension) : null;
  return {
    id: chance.id(createdAt),
    persona: null,
    isStaff: false,
    pool,
    tags: tagsOf(pool, chance),
    name: null,
    avatarUrl: chance.chance(0.3) ? `https://example.com/avatars/${1000 + index}.png` : null,
    externalId: chance.chance(0.4) ? externalIdOf(pool, index) : null,
    metadata: {},
    platformRoles: platformRolesOf(chance),
    suspension: null,
    lockedUntil: null,
    updatedAt: latest(known.suspension?.at ?? createdAt, chance.chance(0.5) ? chance.between(createdAt, chance.now) : createdAt),
    device: device(chance),
    ...known,
    createdAt,
    emailVerified: isVerified,
    hasPassword,
    lastLoginAt: known.lastLoginAt ?? lastLoginAt,
  };
}
