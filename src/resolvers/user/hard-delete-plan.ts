import { createHash } from 'node:crypto';
import { activeAdmin, activePerson } from '../../active-admin.ts';
import type { Steward } from '../../context.ts';
import { type Database, statement } from '../../database.ts';
import type { Secrets } from '../../secrets.ts';
import { eventsOfPerson, rowsOfPerson, withAddress } from './hard-delete-rows.ts';
import type { HardDeleteFacts } from './hard-delete-rules.ts';
import { countedUnder, readAddresses } from './hard-delete-traces.ts';

/** How many rows of a kind go. */
export interface HardDeleteCount {
  readonly kind: string;
  readonly count: number;
}

/** All that a hard delete of a person would do, and what it depends on. */
export interface HardDeletePlan {
  readonly facts: HardDeleteFacts;
  /** Each kind, those of which there is nothing too. */
  readonly deletes: readonly HardDeleteCount[];
  /** How many events lose what they say of the person: exactly those that the deletion writes. */
  readonly pseudonymizedAuditEvents: number;
  /** Differs where anything of this does: a row more or less, power, ownership, any field of the person, an event. */
  readonly fingerprint: string;
  /** The keys of counted attempts, in hex. */
  readonly keys: readonly string[];
}

const rows = Object.entries(rowsOfPerson)
  .map(
    ([kind, keys], i) =>
      `SELECT ${i} AS place, '${kind}' AS kind, array_agg(k.key::text ORDER BY k.key::text) AS keys FROM (${keys}) AS k(key)`,
  )
  .join(' UNION ALL ');

const systemAdmin = `${activePerson}
  AND EXISTS (SELECT FROM user_roles ur JOIN roles r ON r.id = ur.role_id
               WHERE ur.user_id = u.id AND r.built_in AND r.scope = 'PLATFORM' AND r.code = 'system_admin')`;

/** [person, keys of counted attempts in hex]. No row for an id that is nobody's. */
const planOfPerson = statement<Omit<HardDeletePlan, 'keys'>>(
  'hard_delete_plan',
  `${withAddress}, going AS (${rows})
   SELECT u.id, u.version, u.token_version,
          (SELECT coalesce(jsonb_agg(jsonb_build_object('code', r.code, 'rank', r.rank) ORDER BY r.rank, r.code), '[]')
             FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id) AS roles,
          ARRAY(SELECT o.id FROM organizations o WHERE o.owner_id = u.id ORDER BY o.created_at DESC, o.id DESC) AS owned,
          CASE WHEN ${systemAdmin} THEN (SELECT count(*)::int FROM users u WHERE u.id <> $1::uuid AND ${systemAdmin}) END AS other_system_admins,
          -- What they own has another admin once it is transferred, which comes first.
          EXISTS (SELECT FROM memberships m JOIN organizations o ON o.id = m.organization_id
                   WHERE m.user_id = u.id AND ${activeAdmin} AND o.owner_id <> u.id
                     AND NOT EXISTS (SELECT FROM memberships m JOIN users u ON u.id = m.user_id
                                      WHERE m.organization_id = o.id AND m.user_id <> $1::uuid AND ${activeAdmin})) AS leaves_no_org_admin,
          (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'count', coalesce(cardinality(keys), 0)) ORDER BY place) FROM going) AS deletes,
          (SELECT encode(sha256(convert_to(string_agg(kind || ' ' || coalesce(keys::text, ''), ' ' ORDER BY place), 'UTF8')), 'hex') FROM going) AS keys_hash,
          ((SELECT count(*) FROM (${eventsOfPerson.tied}) t) + (SELECT count(*) FROM (${eventsOfPerson.byAddress}) t))::int AS events
     FROM users u WHERE u.id = $1::uuid`,
  (row) => ({
    facts: {
      id: row.id,
      roles: row.roles,
      ownedOrganizations: row.owned,
      otherSystemAdmins: row.other_system_admins,
      leavesNoOrgAdmin: row.leaves_no_org_admin,
    },
    deletes: row.deletes,
    pseudonymizedAuditEvents: row.events,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([row.version, row.token_version, row.roles, row.owned, row.keys_hash, row.events]))
      .digest('base64url'),
  }),
);

/** What a hard delete of the person would do; null where there is nobody. For what it does, the person is locked. */
export async function readPlan(
  database: Pick<Database, 'read'>,
  { secrets }: Pick<Steward, 'secrets'>,
  personId: string,
): Promise<HardDeletePlan | null> {
  const addresses = await database.read(readAddresses, [personId]);
  const keys = countedUnder(secrets, personId, addresses).map((key) => key.toString('hex'));
  const [plan] = await database.read(planOfPerson, [personId, keys]);
  return plan ? { ...plan, keys } : null;
}

// ---------------------------------------------------------------- what was seen, to be handed back

/** Whose preview showed what, of whom. */
export interface SeenPlan {
  readonly callerId: string;
  readonly personId: string;
  readonly fingerprint: string;
}

const purpose = 'hard-delete-plan';
const validMs = 10 * 60_000;

/** Good for ten minutes. */
export function sealPlan(secrets: Secrets, { callerId, personId, fingerprint }: SeenPlan, now = Date.now()): string {
  return secrets
    .seal(purpose, Buffer.from(JSON.stringify([callerId, personId, fingerprint, now + validMs])))
    .toString('base64url');
}

/** Whether the token says that this caller has seen this very plan, within ten minutes. */
export function holdsPlan(secrets: Secrets, token: string, { callerId, personId, fingerprint }: SeenPlan): boolean {
  const seen = opened(secrets, token);
  if (seen === null) return false;
  const [seenBy, of, state, end] = seen;
  return seenBy === callerId && of === personId && state === fingerprint && end > Date.now();
}

function opened(secrets: Secrets, token: string): [string, string, string, number] | null {
  try {
    return JSON.parse(secrets.open(purpose, Buffer.from(token, 'base64url')).toString());
  } catch {
    return null;
  }
}
