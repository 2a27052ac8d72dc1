import { startAuthWorld } from '../auth/support.ts';
import { type Visit, visitsTo } from '../support/personas.ts';
import type { Answer, Client, Organization, Person, World } from '../support/world.ts';

export const callers = 16;
/** Many transactions go one after the other, since they lock one organization. */
export const timeout = 300_000;

/** Somebody with a session, and no password to be hashed for it. */
export interface Racer {
  readonly person: Person;
  readonly client: Visit;
}

/** A world to race in, and what races in organizations are made of. */
export async function startRacing() {
  const world = await startAuthWorld({ STEWARD_REQUEST_MS: '60000', STEWARD_INVITATIONS: '100000' });
  const { visit } = visitsTo(world);
  const racer = async (options: Parameters<World['person']>[0] = {}): Promise<Racer> => {
    const person = await world.person(options);
    return { person, client: await visit(person) };
  };
  return { world, racer };
}

/** What came of it: `done`, or the code of the refusal or error. */
export const outcomeOf = ({ data, errors }: Answer<any>): string => {
  if (errors.length > 0) return errors[0]!.extensions.code;
  const [result] = Object.values<any>(data);
  return result.code ?? 'done';
};

/** Sends a mutation by its name. */
export async function send(by: Pick<Client, 'ask'>, name: string, input: object): Promise<string> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const document = `mutation ($input: ${type}Input!) { ${name}(input: $input) { ... on MutationError { code } } }`;
  return outcomeOf(await by.ask(document, { input }));
}

export interface State {
  readonly memberCount: number;
  readonly members: number;
  /** Active members with an active account who hold `org_admin`. */
  readonly admins: number;
  readonly withoutRole: number;
  readonly isOwnerAdmin: boolean;
}

/** What must hold of an organization, as the database has it; null where it is gone. */
export async function stateOf(world: World, { uuid }: Pick<Organization, 'uuid'>): Promise<State | null> {
  const [row] = await world.database.query<State>(world.sql`
    WITH admins AS (
      SELECT m.user_id, m.status, u.status AS account FROM memberships m JOIN users u ON u.id = m.user_id
        JOIN membership_roles mr ON mr.membership_id = m.id JOIN roles r ON r.id = mr.role_id
       WHERE m.organization_id = ${uuid}::uuid AND r.built_in AND r.code = 'org_admin' AND m.status = 'ACTIVE'
    )
    SELECT o.member_count AS "memberCount",
           (SELECT count(*)::int FROM memberships m WHERE m.organization_id = o.id) AS members,
           (SELECT count(*)::int FROM admins WHERE account = 'ACTIVE') AS admins,
           (SELECT count(*)::int FROM memberships m
             WHERE m.organization_id = o.id AND NOT EXISTS (SELECT FROM membership_roles mr WHERE mr.membership_id = m.id)) AS "withoutRole",
           EXISTS (SELECT FROM admins WHERE user_id = o.owner_id) AS "isOwnerAdmin"
      FROM organizations o WHERE o.id = ${uuid}::uuid`);
  return row ?? null;
}

/** Codes of a member's roles, as text; null for nobody's. */
export async function rolesOfMember(
  world: World,
  organization: Pick<Organization, 'uuid'>,
  person: Person,
): Promise<string | null> {
  const [row] = await world.database.query<{ roles: string | null }>(world.sql`
    SELECT (SELECT string_agg(r.code, ' ' ORDER BY r.code) FROM membership_roles mr JOIN roles r ON r.id = mr.role_id
             WHERE mr.membership_id = m.id) AS roles
      FROM memberships m WHERE m.organization_id = ${organization.uuid}::uuid AND m.user_id = ${person.uuid}::uuid`);
  return row?.roles ?? null;
}

/** How often each action happened in an organization. */
export async function actionsIn(world: World, { uuid }: Pick<Organization, 'uuid'>): Promise<Record<string, number>> {
  const rows = await world.database.query<{ action: string; count: number }>(world.sql`
    SELECT action, count(*)::int AS count FROM audit_events WHERE organization_id = ${uuid}::uuid AND action <> 'access.forbidden' GROUP BY action`);
  return Object.fromEntries(rows.map(({ action, count }) => [action, count]));
}
