import { createHash, randomBytes } from 'node:crypto';
import { accessTokenSigner } from '../../src/auth/access-tokens.ts';
import { readTokenTruth } from '../../src/auth/tokens.ts';
import { encodeId, newId } from '../../src/ids.ts';
import { type Client, clientOf, type Organization, type Person, type World } from './world.ts';

/** Somebody at the door: a client with the token of a session of its own, or with none. */
export interface Visit extends Client {
  readonly token: string | null;
  /** Of the API; `ses_` and no more where there is no session. */
  readonly sessionId: string;
  readonly sessionUuid: string;
  readonly refreshToken: string;
}

export interface VisitOptions {
  /** The session's scope. */
  readonly organization?: Organization;
  readonly app?: { readonly uuid: string };
  /** Who really acts, the session that it was started from, and for an organization's impersonation the organization. */
  readonly impersonator?: { readonly by: Person; readonly from: Visit; readonly boundTo?: Organization };
  /** Of the access token, in seconds; below zero it is over already. */
  readonly lifetime?: number;
}

/** Sessions written by SQL, with access tokens that the server's own key has signed. */
export function visitsTo({ database, server, settings, sql }: World) {
  const client = (token: string | null) => clientOf(server, settings, () => token);

  /** A request with that text as its access token. */
  function visitWith(token: string | null, of?: Visit): Visit {
    const session = of ?? { sessionId: 'ses_', sessionUuid: newId(), refreshToken: 'nobody-was-given-this-token' };
    return { ...session, ...client(token), token };
  }

  async function visit(person: Person, options: VisitOptions = {}): Promise<Visit> {
    const { impersonator, lifetime = 900 } = options;
    const sessionUuid = newId();
    const refreshToken = randomBytes(32).toString('base64url');
    const days = impersonator ? 1 / 24 : 7;
    const scope = impersonator?.boundTo ?? options.organization;
    await database.query(sql`
      WITH opened AS (
        INSERT INTO sessions (id, user_id, last_active_at, expires_at, ends_at, ip_address, user_agent, app_id, organization_id,
                              impersonator_id, impersonation_reason, started_from_id, bound_to_id)
        VALUES (${sessionUuid}::uuid, ${person.uuid}::uuid, date_trunc('minute', now()), now() + ${days}::float8 * interval '1 day',
                now() + ${days}::float8 * interval '1 day', '192.0.2.7', 'A browser', ${options.app?.uuid ?? null}::uuid, ${scope?.uuid ?? null}::uuid,
                ${impersonator?.by.uuid ?? null}::uuid, ${impersonator ? 'Seeing what they see' : null},
                ${impersonator?.from.sessionUuid ?? null}::uuid, ${impersonator?.boundTo?.uuid ?? null}::uuid)
        RETURNING id, expires_at
      )
      INSERT INTO refresh_tokens (id, session_id, hash, expires_at)
      SELECT ${newId()}::uuid, id, ${createHash('sha256').update(refreshToken).digest()}::bytea, expires_at FROM opened`);

    const limits = { ...settings.limits, accessTokenSeconds: lifetime };
    const sign = await accessTokenSigner({
      signingKeys: server.steward.signingKeys,
      settings: { publicUrl: settings.publicUrl, limits },
    });
    const truth = await database.transaction((tx) => readTokenTruth(tx, sessionUuid));
    const { accessToken } = await sign(truth);
    return visitWith(accessToken, {
      ...client(accessToken),
      token: accessToken,
      sessionId: encodeId('ses', sessionUuid),
      sessionUuid,
      refreshToken,
    });
  }

  return { visit, visitWith };
}

/** Two tenants that know nothing of each other, one that is suspended, one that invites, and everyone who matters to them. */
export async function makeCast(world: World) {
  const { person, organization, app, pool, grant, invitation, database, sql } = world;
  const { visit, visitWith } = visitsTo(world);

  const pools = {
    tag: await pool('tag-of-traveller'),
    staff: await pool('tag-of-staff'),
    admin: await pool('tag-of-admin'),
    far: await pool('far'),
  };
  const tag = (who: Person, into: { uuid: string }) =>
    database.query(sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${who.uuid}::uuid, ${into.uuid}::uuid)`);

  const people = {
    base: await person({ name: 'Base' }),
    outsider: await person({ name: 'Outsider' }),
    member: await person({ name: 'Member' }),
    manager: await person({ name: 'Manager' }),
    admin: await person({ name: 'Admin' }),
    owner: await person({ name: 'Owner' }),
    inviter: await person({ name: 'Inviter' }),
    seller: await person({ name: 'Seller' }),
    suspended: await person({ name: 'Suspended member' }),
    traveller: await person({
      name: 'Traveller',
      externalId: 'traveller-1',
      metadata: { team: 'blue' },
      lastLoginAt: new Date('2026-01-02T03:04:05.678Z'),
    }),
    confined: await person({ name: 'Admin of the suspended organization' }),
    cellmate: await person({ name: 'Member of the suspended organization' }),
    landlord: await person({ name: 'Owner of the suspended organization' }),
    founder: await person({ name: 'Owner of the inviting organization' }),
    unverified: await person({ name: 'Unverified', emailVerified: false }),
    superAdmin: await person({ name: 'Super admin', roles: ['super_admin', 'base_user'] }),
    systemAdmin: await person({ name: 'System admin', roles: ['system_admin'] }),
  };
  await tag(people.traveller, pools.tag);
  await tag(people.superAdmin, pools.staff);
  await tag(people.admin, pools.admin);

  const organizations = {
    acme: await organization({
      owner: people.owner,
      name: 'Acme',
      customRoles: { inviter: ['org:members:invite'] },
      members: [
        [people.admin, ['org_admin']],
        [people.manager, ['org_manager']],
        [people.member],
        [people.inviter, ['inviter']],
        [people.seller, ['seller']],
        [people.suspended, ['org_admin'], 'SUSPENDED'],
        [people.traveller],
      ],
    }),
    globex: await organization({
      owner: people.outsider,
      name: 'Globex',
      customRoles: { scout: ['org:members:read', 'org:members:invite'] },
      members: [[people.traveller, ['scout']]],
    }),
    closed: await organization({
      owner: people.landlord,
      name: 'Closed',
      status: 'SUSPENDED',
      customRoles: { turnkey: ['org:update'] },
      members: [
        [people.confined, ['org_admin', 'turnkey']],
        [people.cellmate, ['turnkey']],
      ],
    }),
    initech: await organization({ owner: people.founder, name: 'Initech', customRoles: { temp: ['org:read'] } }),
    shop: await organization({ owner: people.traveller, name: "Traveller's shop" }),
  };
  const { acme, globex, closed, initech } = organizations;

  const apps = {
    granted: await app({ pool: pools.far.code, readPools: ['default', pools.tag.code] }),
    revoked: await app(),
    other: await app(),
  };
  const grants = {
    active: await grant(people.traveller, apps.granted),
    revoked: await grant(people.traveller, apps.revoked, 'REVOKED'),
  };
  await database.query(
    sql`UPDATE app_grants SET granted_by_id = ${people.superAdmin.uuid}::uuid WHERE user_id = ${people.traveller.uuid}::uuid`,
  );
  await database.query(sql`
    UPDATE app_grants SET revoked_by_id = ${people.superAdmin.uuid}::uuid WHERE user_id = ${people.traveller.uuid}::uuid AND status = 'REVOKED'`);

  const invitations = {
    ofAcme: await invitation({ organization: acme, email: 'stranger@example.com', by: people.admin }),
    ofClosed: await invitation({ organization: closed, email: 'stranger@example.com', by: people.landlord }),
    toTraveller: await invitation({ organization: initech, email: people.traveller.email, by: people.founder }),
    toUnverified: await invitation({ organization: initech, email: people.unverified.email, by: people.founder }),
  };
  const customRole = async (of: Organization): Promise<{ uuid: string; id: string }> => {
    const [row] = await database.query<{ id: string }>(sql`SELECT id FROM roles WHERE organization_id = ${of.uuid}::uuid`);
    return { uuid: row!.id, id: encodeId('role', row!.id) };
  };
  const builtIn = async (code: string): Promise<{ uuid: string; id: string }> => {
    const [row] = await database.query<{ id: string }>(sql`SELECT id FROM roles WHERE built_in AND code = ${code}`);
    return { uuid: row!.id, id: encodeId('role', row!.id) };
  };
  const roles = {
    inviter: await customRole(acme),
    scout: await customRole(globex),
    turnkey: await customRole(closed),
    temp: await customRole(initech),
    orgAdmin: await builtIn('org_admin'),
    systemAdmin: await builtIn('system_admin'),
  };
  // What an invitation carries may be a custom role of an organization that the invited can't see.
  await database.query(
    sql`INSERT INTO invitation_roles (invitation_id, role_id) VALUES (${invitations.toTraveller.uuid}::uuid, ${roles.temp.uuid}::uuid)`,
  );

  /** Who acts as the traveller: staff, everywhere; an admin of Acme, there alone. Each starts it from a session of its own. */
  const staffAsTraveller = async () =>
    visit(people.traveller, { impersonator: { by: people.superAdmin, from: await visit(people.superAdmin) } });
  const adminAsTraveller = async () =>
    visit(people.traveller, { impersonator: { by: people.admin, from: await visit(people.admin), boundTo: acme } });

  return {
    people,
    organizations,
    pools,
    apps,
    grants,
    invitations,
    roles,
    tag,
    visit,
    visitWith,
    staffAsTraveller,
    adminAsTraveller,
  };
}

export type Cast = Awaited<ReturnType<typeof makeCast>>;
