import type { Persona } from './accounts.ts';
import { after, type Dice, day, earliest, hour, latest } from './dice.ts';
import type { Person, PoolCode, Suspension } from './people.ts';

const departments = ['Sales', 'Support', 'Finance', 'Logistics', 'Marketing', 'Legal', 'Operations', 'Procurement'];

/** Days ago that it began, and days from now that it ends. */
const suspensionKinds = [
  { began: 12, ends: null, reason: 'Chargeback fraud is being looked into.' },
  { began: 41, ends: null, reason: 'Asked to have the account closed; waiting for the last invoice.' },
  { began: 3, ends: 11, reason: 'Sent the same advertisement to 200 members.' },
  { began: 8, ends: 22, reason: 'Shared the account with colleagues, against the terms.' },
  { began: 1, ends: 0.5, reason: 'The laptop was stolen; on hold until the person has called back.' },
  { began: 25, ends: -4, reason: 'Insulted other members in comments, second warning.' },
];

export const suspensions = ({ ago, now }: Dice): Suspension[] =>
  suspensionKinds.map(({ began, ends, reason }) => ({
    at: ago(began * day),
    until: ends === null ? null : after(now, ends * day),
    reason,
  }));

/** Most people were here lately, some long ago; nobody signs in after a suspension. */
export function lastLogin({ between, ago, pick, now }: Dice, createdAt: Date, suspension?: Suspension | null): Date {
  const to = suspension?.at ?? now;
  const from = earliest(ago(pick([1, 3, 7, 14, 30, 90, 400]) * day), after(to, -2 * day));
  return between(latest(createdAt, from), to);
}

export function tagsOf(pool: PoolCode, { chance, pick }: Dice): PoolCode[] {
  const others = (['default', 'partner-portal', 'claimleo'] as const).filter((code) => code !== pool);
  return chance(0.03) ? others : chance(0.14) ? [pick(others)] : [];
}

export function platformRolesOf({ chance }: Dice): string[] {
  if (chance(0.03)) return [];
  return ['base_user', ...(chance(0.14) ? ['seller'] : []), ...(chance(0.2) ? ['buyer'] : [])];
}

export const externalIdOf = (pool: PoolCode, index: number): string =>
  ({
    default: `crm-${10_400 + index}`,
    'partner-portal': `PP-${String(index).padStart(5, '0')}`,
    claimleo: `CL/2025/${3000 + index}`,
  })[pool];

export function metadataOf(pool: PoolCode, locale: string, { chance, pick }: Dice): Record<string, string> {
  if (chance(0.1)) return {};
  return {
    plan: pick(['free', 'free', 'team', 'enterprise']),
    locale,
    ...(pool === 'partner-portal' ? { tier: pick(['silver', 'gold']) } : {}),
    ...(chance(0.6) ? { department: pick(departments) } : {}),
  };
}

export const oldHand = ({ between, ago }: Dice): Partial<Person> => ({
  createdAt: between(ago(600 * day), ago(120 * day)),
  emailVerified: true,
  hasPassword: true,
});

/** What is certain of those one can sign in as: a test and a reader rely on it. */
export function personaTraits(persona: Persona, chance: Dice): Partial<Person> {
  const plain = { tags: [], emailVerified: true, hasPassword: true, externalId: null };
  if (persona === 'system_admin' || persona === 'super_admin') return { ...staffTraits(persona, chance), ...plain };
  const createdAt = persona === 'invitee' ? chance.ago(5 * day) : chance.ago((640 + chance.below(40)) * day);
  const metadata = { plan: persona === 'base_user' || persona === 'invitee' ? 'free' : 'team', locale: 'en-GB' };
  return {
    ...plain,
    createdAt,
    platformRoles: ['base_user'],
    metadata,
    lastLoginAt: chance.between(chance.ago(4 * day), chance.ago(hour)),
  };
}

export function staffTraits(role: string, { ago, between, below }: Dice): Partial<Person> {
  return {
    isStaff: true,
    tags: [],
    emailVerified: true,
    hasPassword: true,
    platformRoles: [role, 'base_user'],
    metadata: { locale: 'en-GB', department: role === 'system_admin' ? 'Platform' : 'Support' },
    createdAt: ago((720 + below(8)) * day),
    lastLoginAt: between(ago(2 * day), ago(hour)),
  };
}
