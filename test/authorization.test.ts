import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeId, encodeId, newId } from '../src/ids.ts';
import { schema } from '../src/schema/index.ts';
import { firstAnswer } from './support/event-stream.ts';
import { happened } from './support/events.ts';
import { fingerprint } from './support/fingerprint.ts';
import { type Cast, makeCast, type Visit, visitsTo } from './support/personas.ts';
import {
  type Answer,
  defaultPool as defaultPoolUuid,
  type Organization,
  type Person,
  type PersonOptions,
  password,
  startWorld,
  type World,
} from './support/world.ts';

/**
 * Who may ask for what: every root field, every field below that needs a permission, and every persona, with what each is
 * answered. This page is the second copy of the design's tables, written by hand; nothing here is taken from
 * `src/policy.ts`.
 */

let world: World;
let cast: Cast;
let more: Awaited<ReturnType<typeof makeMore>>;

beforeAll(async () => {
  world = await startWorld();
  cast = await makeCast(world);
  more = await makeMore();
});

/** Who and what this page alone needs, beside the cast. */
async function makeMore() {
  const { people, organizations, apps, pools } = cast;
  const formerUser = await world.person({ name: 'User whose grant was revoked' });
  await world.grant(formerUser, apps.revoked, 'REVOKED');
  const clerk = await world.person({ name: 'Super admin with an organization', roles: ['super_admin'] });
  const office = await world.organization({ owner: clerk });
  await world.app({ pool: pools.admin.code, readPools: [pools.tag.code] });

  const action = 'organization.updated';
  const subject = { type: 'user' as const, id: people.traveller.uuid };
  const events = {
    ofAcme: await happened(world, { action, organizationId: organizations.acme.uuid }, { by: people.owner }),
    ofClosed: await happened(world, { action, organizationId: organizations.closed.uuid }, { by: people.landlord }),
    ofNone: await happened(world, { action: 'user.updated', subject }, { by: people.traveller }),
  };
  for (const by of [people.superAdmin, people.systemAdmin, clerk]) await happened(world, { action: 'user.updated' }, { by });
  const replaced = await world.invitation({
    organization: organizations.acme,
    email: 'stranger@example.com',
    by: people.admin,
    status: 'REVOKED',
  });
  const { auditEvents } = await (await cast.visit(people.systemAdmin)).run('{ auditEvents(last: 1) { edges { cursor } } }');
  const cursorOfTheFirst: string = auditEvents.edges[0].cursor;
  return { formerUser, clerk, office, events, replaced, cursorOfTheFirst };
}

// ---------------------------------------------------------------- who asks

/**
 * Each is a new visit, with a session that nothing else in this file uses. Whoever is turned away at the door is somebody of
 * whom nothing else is asked, so that they may come again.
 */
const personas = {
  anonymous: () => cast.visitWith(null),
  'base user': () => cast.visit(cast.people.base),
  'outsider, who owns another organization': () => cast.visit(cast.people.outsider),
  org_member: () => cast.visit(cast.people.member),
  'org_member, scoped there': () => cast.visit(cast.people.member, { organization: cast.organizations.acme }),
  org_manager: () => cast.visit(cast.people.manager),
  org_admin: () => cast.visit(cast.people.admin),
  owner: () => cast.visit(cast.people.owner),
  'custom role': () => cast.visit(cast.people.inviter),
  seller: () => cast.visit(cast.people.seller),
  'suspended member': () => cast.visit(cast.people.suspended),
  'member, scoped elsewhere': () => cast.visit(cast.people.traveller, { organization: cast.organizations.globex }),
  'member of the suspended organization': () => cast.visit(cast.people.confined),
  'member of the suspended organization, scoped there': () =>
    cast.visit(cast.people.confined, { organization: cast.organizations.closed }),
  'user whose grant was revoked': () => cast.visit(more.formerUser),
  super_admin: () => cast.visit(cast.people.superAdmin),
  'super_admin, scoped to an organization': () => cast.visit(more.clerk, { organization: more.office }),
  system_admin: () => cast.visit(cast.people.systemAdmin),
  'staff as a member': () => cast.staffAsTraveller(),
  'staff as an org_admin': async () =>
    cast.visit(cast.people.admin, {
      impersonator: { by: cast.people.superAdmin, from: await cast.visit(cast.people.superAdmin) },
    }),
  'org_admin as a member': () => cast.adminAsTraveller(),
  'system_admin as a super_admin': async () =>
    cast.visit(cast.people.superAdmin, {
      impersonator: { by: cast.people.systemAdmin, from: await cast.visit(cast.people.systemAdmin) },
    }),

  'demoted admin with an old token': async () => {
    const former = await world.person({ roles: ['super_admin'] });
    const visit = await cast.visit(former);
    await visit.run('{ users(first: 1) { nodes { id } } }');
    await demote(former);
    return visit;
  },
  'demoted admin, signed in anew': async () => {
    const former = await world.person({ roles: ['super_admin'] });
    await demote(former);
    return cast.visit(former);
  },
  'demoted org_admin with an old token': async () => {
    const former = await adminOfAcme();
    const visit = await cast.visit(former);
    await visit.run('query ($id: ID!) { organization(id: $id) { auditEvents { totalCount } } }', { id: acme() });
    await demoteInAcme(former);
    return visit;
  },
  'demoted org_admin, signed in anew': async () => {
    const former = await adminOfAcme();
    await demoteInAcme(former);
    return cast.visit(former);
  },
  'member whose scope moved': () => moved(),
  'user whose session has ended': async () =>
    afterwards(
      await memberOf(cast.organizations.acme),
      (visit) => world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${visit.sessionUuid}::uuid`,
    ),
  'user whose session has expired': async () =>
    afterwards(
      await memberOf(cast.organizations.acme),
      (visit) => world.sql`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = ${visit.sessionUuid}::uuid`,
    ),
  'suspended user': async () => {
    const jo = await world.person();
    return afterwards(jo, () => world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${jo.uuid}::uuid`);
  },
  'impersonator who is suspended': () => impersonatorSuspended(),
  'impersonator whose own session has ended': () => originEnded(),
  'expired token': async () => cast.visit(await memberOf(cast.organizations.acme), { lifetime: -60 }),
  'token of another server': () => foreignToken(),
  'token of an unknown session': () => unknownSession(),
  'garbage token': async () => cast.visitWith('not.a.token', await cast.visit(await memberOf(cast.organizations.acme))),
} satisfies Record<string, () => Visit | Promise<Visit>>;

type Persona = keyof typeof personas;

/** Whatever ends no session leaves a visit as it was, and one of each persona serves for all of it. */
const kept = new Map<Persona, Promise<Visit>>();

function asking(persona: Persona): Promise<Visit> {
  const visit = kept.get(persona) ?? Promise.resolve(personas[persona]());
  kept.set(persona, visit);
  return visit;
}

/** What may end sessions, or change what they are scoped to: everybody comes anew for it, and whoever comes after it. */
const onSessions = [
  ...(['authRefresh', 'authSwitchOrganization', 'authLogout', 'authLogoutEverywhere', 'authStopImpersonating'] as const),
  ...(['userTerminateSession', 'userRevokeSessions', 'accountLeaveOrganization'] as const),
] as readonly string[];

function sending(field: string, persona: Persona): Visit | Promise<Visit> {
  if (!onSessions.includes(field)) return asking(persona);
  for (const one of kept.keys()) if (!atTheDoor.includes(one)) kept.delete(one);
  // A refresh looks at the token of the session itself.
  return field !== 'authRefresh' && atTheDoor.includes(persona) ? asking(persona) : personas[persona]();
}

async function afterwards(
  who: { uuid: string },
  statement: (visit: Visit) => typeof world.sql extends (...args: any[]) => infer Sql ? Sql : never,
) {
  const visit = await cast.visit(who as never);
  await world.database.query(statement(visit));
  return visit;
}

async function demote(former: Person): Promise<void> {
  await world.database.query(world.sql`DELETE FROM user_roles WHERE user_id = ${former.uuid}::uuid`);
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${former.uuid}::uuid`);
}

/** Somebody new who has one built-in role in the organization. */
async function memberOf(organization: { uuid: string }, role = 'org_member'): Promise<Person> {
  const person = await world.person();
  await world.database.transaction(async (tx) => {
    const membership = newId();
    await tx.$executeRaw(world.sql`
      INSERT INTO memberships (id, organization_id, user_id) VALUES (${membership}::uuid, ${organization.uuid}::uuid, ${person.uuid}::uuid)`);
    await tx.$executeRaw(world.sql`
      INSERT INTO membership_roles (membership_id, role_id)
      SELECT ${membership}::uuid, id FROM roles WHERE built_in AND scope = 'ORGANIZATION' AND code = ${role}`);
  });
  return person;
}

const adminOfAcme = (): Promise<Person> => memberOf(cast.organizations.acme, 'org_admin');

async function demoteInAcme(former: Person): Promise<void> {
  await world.database.query(world.sql`
    UPDATE membership_roles SET role_id = (SELECT id FROM roles WHERE built_in AND code = 'org_member')
     WHERE membership_id = (SELECT id FROM memberships WHERE user_id = ${former.uuid}::uuid)`);
  await world.database.query(world.sql`UPDATE users SET token_version = token_version + 1 WHERE id = ${former.uuid}::uuid`);
}

async function moved(): Promise<Visit> {
  const visit = await cast.visit(await memberOf(cast.organizations.acme), { organization: cast.organizations.acme });
  await world.database.query(world.sql`UPDATE sessions SET organization_id = NULL WHERE id = ${visit.sessionUuid}::uuid`);
  return visit;
}

async function impersonatorSuspended(): Promise<Visit> {
  const by = await world.person({ roles: ['super_admin'] });
  const visit = await cast.visit(await memberOf(cast.organizations.acme), { impersonator: { by, from: await cast.visit(by) } });
  await world.database.query(world.sql`UPDATE users SET status = 'SUSPENDED' WHERE id = ${by.uuid}::uuid`);
  return visit;
}

async function originEnded(): Promise<Visit> {
  const from = await cast.visit(cast.people.superAdmin);
  const visit = await cast.visit(await memberOf(cast.organizations.acme), { impersonator: { by: cast.people.superAdmin, from } });
  await world.database.query(world.sql`UPDATE sessions SET ended_at = now() WHERE id = ${from.sessionUuid}::uuid`);
  return visit;
}

let foreigner: Promise<string> | undefined;
async function foreignToken(): Promise<Visit> {
  foreigner ??= startWorld().then(async (other) => (await visitsTo(other).visit(await other.person())).token!);
  return cast.visitWith(await foreigner, await cast.visit(await memberOf(cast.organizations.acme)));
}

async function unknownSession(): Promise<Visit> {
  const visit = await cast.visit(await memberOf(cast.organizations.acme));
  await world.database.query(world.sql`DELETE FROM sessions WHERE id = ${visit.sessionUuid}::uuid`);
  return visit;
}

/** Personas that no field knows apart, by what is wrong with their tokens. */
const withoutToken = ['anonymous'] as const;
const unauthenticated = [
  'user whose session has ended',
  'user whose session has expired',
  'suspended user',
  'impersonator who is suspended',
  'impersonator whose own session has ended',
  'token of another server',
  'token of an unknown session',
  'garbage token',
] as const;
const stale = ['demoted admin with an old token', 'demoted org_admin with an old token', 'member whose scope moved'] as const;
const refusedTokens = { TOKEN_EXPIRED: ['expired token'], TOKEN_STALE: stale } as const;
const notSignedIn = [...withoutToken, ...unauthenticated] as const;
/** Nothing that anybody does lets them in, or makes it worse. */
const atTheDoor: readonly Persona[] = [...notSignedIn, ...stale, 'expired token'];
const superAdmins = ['super_admin', 'super_admin, scoped to an organization'] as const;
const staffThemselves = [...superAdmins, 'system_admin'] as const;
/** Who acts as staff sees what staff see, and changes nothing. */
const actingAsStaff = 'system_admin as a super_admin';
const staff = [...staffThemselves, actingAsStaff] as const;
const impersonators = ['staff as a member', 'org_admin as a member', 'staff as an org_admin'] as const;
const everyImpersonator = [...impersonators, actingAsStaff] as const;

/** Personas by where they are, of those who are signed in and are no staff. */
const nowhere = ['base user', 'user whose grant was revoked', 'demoted admin, signed in anew'] as const;
const inClosed = ['member of the suspended organization', 'member of the suspended organization, scoped there'] as const;
const notInAcme = [...nowhere, ...inClosed, 'outsider, who owns another organization'] as const;
const activeInAcme = [
  'org_member',
  'org_member, scoped there',
  'org_manager',
  'org_admin',
  'owner',
  'custom role',
  'seller',
  'demoted org_admin, signed in anew',
] as const;
/** In Acme they are members, but not to this session. */
const keptOut = ['suspended member', 'member, scoped elsewhere'] as const;
const ordinary = [...notInAcme, ...activeInAcme, ...keptOut] as const;
const signedIn = [...ordinary, ...staff, ...impersonators] as const;
const notInClosed = [...nowhere, ...activeInAcme, ...keptOut, 'outsider, who owns another organization'] as const;

// ---------------------------------------------------------------- what they ask, and what each is answered

interface Case {
  readonly field: string;
  ask(visit: Visit, row: { readonly persona: Persona; readonly outcome: string }): Promise<Answer<any>> | Answer<any>;
  /** Puts away what was made for it. */
  readonly after?: () => Promise<unknown>;
  /** What came back in a few words; errors are read before. */
  said(data: any, visit: Visit): string;
  readonly expected: Readonly<Record<string, readonly Persona[]>>;
}

const shown = (what: unknown): string => (what === null ? 'null' : 'shown');
/** The member of the union, and its code where it is a refusal. */
const member = ({ __typename, code }: { __typename: string; code?: string }): string =>
  [__typename, code].filter(Boolean).join(' ');
const refusal = '__typename ... on MutationError { code }';
const acme = () => cast.organizations.acme.id;
const closed = () => cast.organizations.closed.id;
const defaultPool = encodeId('pool', defaultPoolUuid);
const unknown = () => 'nothing-has-this-name';

type Outcomes = Case['expected'];
/** What who is not signed in is told by every field that asks for it, and who is stale. */
const toldToSignIn = { UNAUTHENTICATED: notSignedIn, ...refusedTokens } as const;
/** The same by a field that is open to anyone, where a token that does not hold is an error. */
const toldOfTheToken = { UNAUTHENTICATED: unauthenticated, ...refusedTokens } as const;

/** A field that shows the one thing of that id, slug or code, or null. */
const one = (
  field: string,
  [argument, value]: readonly ['id' | 'slug' | 'code', () => string],
  id: () => string | null,
  expected: Outcomes,
): Case => ({
  field,
  ask: ({ ask }) =>
    ask(`query ($value: ${argument === 'id' ? 'ID' : 'String'}!) { ${field}(${argument}: $value) { id } }`, { value: value() }),
  said: ({ [field]: found }) => (found === null || found.id === id() ? shown(found) : `another: ${found.id}`),
  expected: { ...expected, ...toldToSignIn },
});

/** A field that lists everything there is to staff, and is refused to everyone else. */
const listed = (field: string, selection: string, needs: string): Case => ({
  field,
  ask: ({ ask }) => ask(`{ ${field} ${selection} }`),
  said: ({ [field]: found }) => ((found.nodes ?? found).length > 0 ? 'shown' : 'empty'),
  expected: { shown: staff, [`FORBIDDEN ${needs}`]: [...ordinary, ...impersonators], ...toldToSignIn },
});

const nodeOf = (id: () => string, expected: Outcomes): Case => ({
  field: 'node',
  ask: ({ ask }) => ask('query ($id: ID!) { node(id: $id) { id } }', { id: id() }),
  said: ({ node }) => shown(node),
  expected: { ...expected, ...toldOfTheToken },
});

const ofAcme = { shown: [...activeInAcme, ...staff, ...impersonators], null: [...notInAcme, ...keptOut] };
const ofClosed = { shown: [...inClosed, ...staff], null: [...notInClosed, ...impersonators] };
const ofGlobex = {
  shown: ['outsider, who owns another organization', 'member, scoped elsewhere', 'staff as a member', ...staff],
  null: [
    ...nowhere,
    ...inClosed,
    ...activeInAcme,
    ...(['suspended member', 'org_admin as a member', 'staff as an org_admin'] as const),
  ],
} satisfies Outcomes;
const ofNobody = { null: signedIn };
const toStaffAlone = { shown: staff, null: [...ordinary, ...impersonators] };

/** The traveller has a grant for one app, and had one for another; an organization's impersonation shows neither. */
const ofGranted = {
  shown: ['member, scoped elsewhere', 'staff as a member', ...staff],
  null: [...notInAcme, ...activeInAcme, ...(['suspended member', 'org_admin as a member', 'staff as an org_admin'] as const)],
} satisfies Outcomes;
const ofRevoked = {
  shown: ['member, scoped elsewhere', 'staff as a member', 'user whose grant was revoked', ...staff],
  null: [
    ...(['base user', 'demoted admin, signed in anew', 'outsider, who owns another organization', 'suspended member'] as const),
    ...inClosed,
    ...activeInAcme,
    ...(['org_admin as a member', 'staff as an org_admin'] as const),
  ],
} satisfies Outcomes;

const ofAdminsPool = {
  shown: ['org_admin', 'org_admin as a member', 'staff as an org_admin', ...staff],
  null: [
    ...notInAcme,
    ...keptOut,
    ...(['org_member', 'org_member, scoped there', 'org_manager', 'owner', 'custom role', 'seller'] as const),
    ...(['demoted org_admin, signed in anew', 'staff as a member'] as const),
  ],
} satisfies Outcomes;

/** Whoever holds the token of a link is shown its invitation, whatever the access token. */
const byToken = (token: () => string, said: string): Case => ({
  field: 'invitationByToken',
  ask: ({ ask }) => ask('query ($token: String!) { invitationByToken(token: $token) { status } }', { token: token() }),
  said: ({ invitationByToken }) => invitationByToken?.status ?? 'null',
  expected: { [said]: [...notSignedIn, ...stale, 'expired token', ...signedIn] },
});

/** A mutation with a new input for everyone who is let through with it; whoever is not may send what others were refused with. */
function changes(field: string, input: (visit: Visit) => object | Promise<object>, expected: Outcomes): Case {
  const outcomes = { ...expected, ...toldToSignIn };
  let refused: object | Promise<object> | undefined;
  return {
    field,
    async ask(visit, { persona, outcome }) {
      const isOwn = input.length > 0 && !atTheDoor.includes(persona);
      if (isOwn || outcome === typeOf(field, 'Success')) return visit.ask(changeDocument(field), { input: await input(visit) });
      refused ??= input(visit);
      return visit.ask(changeDocument(field), { input: await refused });
    },
    said: ({ [field]: result }) => member(result),
    expected: outcomes,
  };
}
const typeOf = (field: string, part: string) => `${field[0]!.toUpperCase()}${field.slice(1)}${part}`;
const changeDocument = (field: string) =>
  `mutation ($input: ${typeOf(field, 'Input')}!) { ${field}(input: $input) { ${refusal} } }`;

/** What both kinds of staff may do. A permission that is missing is told before that one is somebody else. */
const ofStaff = (field: string, needs: string, input: () => object | Promise<object>): Case =>
  changes(field, input, {
    [typeOf(field, 'Success')]: staffThemselves,
    [`FORBIDDEN ${needs}`]: [...ordinary, ...impersonators],
    'RuleError WHILE_IMPERSONATING': [actingAsStaff],
  });

/** What system admins alone may do; nobody acts as one of them. */
const ofSystemAdmins = (field: string, needs: string, input: () => object | Promise<object>): Case =>
  changes(field, input, {
    [typeOf(field, 'Success')]: ['system_admin'],
    [`FORBIDDEN ${needs}`]: [...ordinary, ...superAdmins, ...everyImpersonator],
  });

/** What a person does with their own sessions, and staff with everybody's; to all others nobody else is there. */
const ofSessions = (field: string, input: () => Promise<object>): Case =>
  changes(field, input, {
    [typeOf(field, 'Success')]: staffThemselves,
    'NotFoundError NOT_FOUND': ordinary,
    'RuleError WHILE_IMPERSONATING': everyImpersonator,
  });
const ofOwnSessions = (field: string, input: (visit: Visit, userId: string) => object | Promise<object>): Case =>
  changes(field, async (visit) => input(visit, await ownId(visit)), {
    [typeOf(field, 'Success')]: [...ordinary, ...staffThemselves],
    'RuleError WHILE_IMPERSONATING': everyImpersonator,
  });

/** What only staff may do in an organization, whatever the organization; `outcome` is what they are answered themselves. */
const ofStaffThere = (
  field: string,
  needs: string,
  outcome: string,
  input: () => object | Promise<object>,
  { refusedWhileImpersonating = true } = {},
): Case =>
  tidied(
    changes(field, input, {
      [outcome]: refusedWhileImpersonating ? staffThemselves : staff,
      [`FORBIDDEN ${needs}`]: [...ordinary, ...impersonators],
      ...(refusedWhileImpersonating && { 'RuleError WHILE_IMPERSONATING': [actingAsStaff] }),
    }),
  );

/** Members of Acme and of Globex to the sessions that they ask in. */
const askingInAcme = [...activeInAcme, ...impersonators] as const;
const askingInGlobex = [
  'outsider, who owns another organization',
  'member, scoped elsewhere',
  'staff as a member',
] as const satisfies readonly Persona[];
/** Outcomes of which some may be the same. */
const outcomesOf = (...all: readonly (readonly [outcome: string, who: readonly Persona[]])[]): Outcomes => {
  const outcomes: Record<string, readonly Persona[]> = {};
  for (const [outcome, who] of all) outcomes[outcome] = [...(outcomes[outcome] ?? []), ...who];
  return outcomes;
};
const without = (all: readonly Persona[], some: readonly Persona[]): Persona[] => all.filter((one) => !some.includes(one));

/**
 * What members with a permission may do in their organization, and staff in every one: in Acme, in the suspended
 * organization, and in Globex. What the input names is new each time. That one which there is not is answered like one out of
 * sight, `isolation.test.ts` shows.
 */
function ofMembers(
  field: string,
  needs: string,
  input: (organization: Organization) => object | Promise<object>,
  holders: { readonly acme: readonly Persona[]; readonly globex: readonly Persona[] },
  { refusedWhileImpersonating = false, toStaffInTheSuspended = typeOf(field, 'Success') } = {},
): Record<string, Case> {
  const success = typeOf(field, 'Success');
  const notAsOther = refusedWhileImpersonating ? everyImpersonator : [];
  const within = (where: () => Organization, members: readonly Persona[], held: readonly Persona[]): Case =>
    tidied(
      changes(field, async () => ({ organizationId: where().id, ...(await input(where())) }), {
        [success]: without([...held, ...staff], notAsOther),
        [`FORBIDDEN ${needs}`]: without(members, held),
        'NotFoundError NOT_FOUND': without([...ordinary, ...impersonators], members),
        ...(refusedWhileImpersonating && {
          'RuleError WHILE_IMPERSONATING': [...held, actingAsStaff].filter((one) =>
            notAsOther.includes(one as never),
          ) as Persona[],
        }),
      }),
    );

  return {
    [`${field} in Acme`]: within(() => cast.organizations.acme, askingInAcme, holders.acme),
    [`${field} in another organization`]: within(() => cast.organizations.globex, askingInGlobex, holders.globex),
    [`${field} in the suspended organization`]: tidied(
      changes(field, async () => ({ organizationId: closed(), ...(await input(cast.organizations.closed)) }), {
        ...outcomesOf(
          [toStaffInTheSuspended, without(staff, notAsOther)],
          // Its strongest member is told so, and whoever may do nothing there.
          ['RuleError ORGANIZATION_SUSPENDED', inClosed],
        ),
        'NotFoundError NOT_FOUND': [...notInClosed, ...impersonators],
        ...(refusedWhileImpersonating && { 'RuleError WHILE_IMPERSONATING': [actingAsStaff] }),
      }),
    ),
  };
}

/** Leaves the cast's organizations, and who of the cast belongs to which, as they were; but for new members and invitations, whom nobody else looks for. */
const tidied = (one: Case): Case => ({
  ...one,
  async ask(visit, row) {
    const answer = await one.ask(visit, row);
    if (one.field === 'organizationReactivate') await suspendAnew();
    return answer;
  },
  async after() {
    await world.database.query(world.sql`DELETE FROM roles WHERE code LIKE 'made-%'`);
    await world.database.query(world.sql`DELETE FROM organizations WHERE name = 'Aside'`);
  },
});
const suspendAnew = () =>
  world.database.query(
    world.sql`UPDATE organizations SET status = 'SUSPENDED' WHERE id = ${cast.organizations.closed.uuid}::uuid`,
  );

const unheardOf = () => `nobody-${newId()}@example.com`;
const aMember = async (organization: Organization) => ({ userId: (await memberOf(organization)).id });
const anInvitation = async (organization: Organization) => ({
  invitationId: (await world.invitation({ organization, email: unheardOf() })).id,
});
async function aRole({ uuid }: Organization) {
  const role = newId();
  await world.database.query(world.sql`
    INSERT INTO roles (id, code, name, scope, rank, organization_id)
    VALUES (${role}::uuid, ${`made-${role}`}, 'Made', 'ORGANIZATION', 70, ${uuid}::uuid)`);
  return { roleId: encodeId('role', role) };
}
const ownerOf = (organization: Organization): Person => {
  const { acme: ofOwner, closed: ofLandlord } = cast.organizations;
  const { owner, landlord, outsider } = cast.people;
  return organization === ofOwner ? owner : organization === ofLandlord ? landlord : outsider;
};
const another = async (options: Partial<Parameters<World['organization']>[0]> = {}) =>
  world.organization({ owner: await world.person(), name: 'Aside', ...options });

/** What who is signed in may do with what is theirs, and nobody who acts as them. */
const ofThemselves = (
  field: string,
  input: (visit: Visit) => object | Promise<object>,
  outcomes: Outcomes = { [typeOf(field, 'Success')]: [...ordinary, ...staffThemselves] },
): Case => tidied(changes(field, input, { ...outcomes, 'RuleError WHILE_IMPERSONATING': everyImpersonator }));

/** An invitation to the caller's own address, to an organization that they have nothing to do with. */
const invitationTo = async (visit: Visit) =>
  world.invitation({ organization: await another(), email: (await ownEmail(visit)) ?? unheardOf() });
const ownEmail = async ({ ask }: Visit): Promise<string | undefined> =>
  (await ask('{ viewer { user { email } } }')).data?.viewer?.user.email;

/** An organization that the caller belongs to; Acme where nobody is signed in. */
async function withCaller({ ask }: Visit, as: 'member' | 'owner' = 'member') {
  const { data } = await ask('{ viewer { user { id } } }');
  if (!data?.viewer) return { organizationId: acme() };
  const me = { uuid: decodeId('user', data.viewer.user.id) } as Person;
  return { organizationId: (await another(as === 'owner' ? { owner: me } : { members: [[me]] })).id };
}
const scopedSomewhere = [
  'org_member, scoped there',
  'member, scoped elsewhere',
  'member of the suspended organization, scoped there',
  'super_admin, scoped to an organization',
] as const satisfies readonly Persona[];
const unscoped = without([...ordinary, ...staffThemselves], scopedSomewhere);

/** What nobody has to be signed in for: the access token is not looked at. */
const ofEverybody = (field: string, input: object, said: string): Case => ({
  ...changes(field, () => input, {}),
  expected: { [said]: [...notSignedIn, ...signedIn, ...stale, 'expired token'] },
});

async function ownId({ ask }: Visit): Promise<string> {
  const { data } = await ask('{ viewer { user { id } } }');
  return data?.viewer?.user.id ?? encodeId('user', newId());
}

/** Somebody who is there for one change alone. */
const newcomer = async (input: object = {}, options: PersonOptions = {}) => ({
  userId: (await world.person(options)).id,
  ...input,
});
const inPool = async () => newcomer({ poolCode: (await world.pool()).code });
const withApp = async () => newcomer({ appId: (await world.app()).id });
async function sessionOfSomebody() {
  const person = await world.person();
  return { userId: person.id, sessionId: (await cast.visit(person)).sessionId };
}

/** Whoever may invite to Acme, and to Globex, where the traveller is a scout. */
const inviters = {
  acme: ['org_manager', 'org_admin', 'owner', 'custom role', 'staff as an org_admin'],
  globex: askingInGlobex,
} as const satisfies Record<string, readonly Persona[]>;

const refreshDocument = `mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ${refusal} } }`;
const switchDocument = `mutation ($input: AuthSwitchOrganizationInput!) { authSwitchOrganization(input: $input) { ${refusal} } }`;

const cases: Record<string, Case> = {
  viewer: {
    field: 'viewer',
    ask: ({ ask }) => ask('{ viewer { session { id } impersonator { id } } }'),
    said: ({ viewer }, { sessionId }) =>
      viewer === null
        ? 'null'
        : `${viewer.session.id === sessionId ? 'itself' : 'somebody else'}${viewer.impersonator ? ', impersonated' : ''}`,
    expected: {
      null: withoutToken,
      itself: [...ordinary, ...staffThemselves],
      'itself, impersonated': everyImpersonator,
      ...toldOfTheToken,
    },
  },

  'node of an organization': nodeOf(acme, { ...ofAcme, null: [...withoutToken, ...ofAcme.null] }),
  'node of a suspended organization': nodeOf(closed, { ...ofClosed, null: [...withoutToken, ...ofClosed.null] }),

  'node of a membership': nodeOf(() => cast.organizations.acme.memberships.get(cast.people.member.uuid)!, {
    shown: [
      ...(['org_member', 'org_member, scoped there', 'org_manager', 'org_admin', 'owner', 'custom role'] as const),
      ...(['demoted org_admin, signed in anew', ...impersonators, ...staff] as const),
    ],
    null: [...withoutToken, ...notInAcme, ...keptOut, 'seller'],
  }),

  'node of an audit event of an organization': nodeOf(() => more.events.ofAcme.id, {
    shown: ['org_admin', 'owner', 'staff as an org_admin', ...staff],
    null: [
      ...withoutToken,
      ...notInAcme,
      ...keptOut,
      ...(['org_member', 'org_member, scoped there', 'org_manager', 'custom role', 'seller'] as const),
      ...(['demoted org_admin, signed in anew', 'staff as a member', 'org_admin as a member'] as const),
    ],
  }),

  'node of an audit event of a suspended organization': nodeOf(() => more.events.ofClosed.id, {
    ...toStaffAlone,
    null: [...withoutToken, ...toStaffAlone.null],
  }),

  'node of an audit event of no organization, about oneself': nodeOf(() => more.events.ofNone.id, {
    ...toStaffAlone,
    null: [...withoutToken, ...toStaffAlone.null],
  }),

  'node of what can be no id': {
    field: 'node',
    ask: ({ ask }) => ask('{ node(id: "what") { id } }'),
    said: ({ node }) => shown(node),
    expected: {
      null: [...withoutToken, ...signedIn],
      ...toldOfTheToken,
    },
  },

  'nodes of an organization and of a built-in role': {
    field: 'nodes',
    ask: ({ ask }) => ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [acme(), cast.roles.orgAdmin.id] }),
    said: ({ nodes }) => nodes.map(shown).join(', '),
    expected: {
      'shown, shown': [...activeInAcme, ...staff, ...impersonators],
      'null, shown': [...withoutToken, ...notInAcme, ...keptOut],
      ...toldOfTheToken,
    },
  },

  'nodes of none': {
    field: 'nodes',
    ask: ({ ask }) => ask('{ nodes(ids: []) { id } }'),
    said: ({ nodes }) => JSON.stringify(nodes),
    expected: {
      '[]': [...withoutToken, ...signedIn],
      ...toldOfTheToken,
    },
  },

  'user, the seller of Acme': {
    field: 'user',
    ask: ({ ask }) => ask('query ($id: ID!) { user(id: $id) { id email } }', { id: cast.people.seller.id }),
    said: ({ user }) => shown(user),
    expected: {
      shown: ['seller', ...staff],
      null: [
        ...notInAcme,
        ...keptOut,
        ...(['org_member', 'org_member, scoped there', 'org_manager', 'org_admin', 'owner', 'custom role'] as const),
        ...(['demoted org_admin, signed in anew', ...impersonators] as const),
      ],
      ...toldToSignIn,
    },
  },

  'user, the traveller': {
    field: 'user',
    ask: ({ ask }) => ask('query ($id: ID!) { user(id: $id) { id email } }', { id: cast.people.traveller.id }),
    said: ({ user }) => shown(user),
    expected: {
      shown: [...staff, 'member, scoped elsewhere', 'staff as a member', 'org_admin as a member'],
      null: [...notInAcme, ...activeInAcme, 'suspended member', 'staff as an org_admin'],
      ...toldToSignIn,
    },
  },

  users: listed('users', '(first: 2) { nodes { id } }', 'users:read'),

  'usersLookup of oneself': {
    field: 'usersLookup',
    ask: ({ ask }) =>
      ask('query ($ids: [ID!]) { usersLookup(ids: $ids) { users { id } missingIds } }', { ids: [cast.people.traveller.id] }),
    said: ({ usersLookup }) => shown(usersLookup.users[0] ?? null),
    expected: {
      shown: staff,
      'FORBIDDEN users:read': [...ordinary, ...impersonators],
      ...toldToSignIn,
    },
  },

  userHardDeletePreview: {
    field: 'userHardDeletePreview',
    ask: ({ ask }) =>
      ask('query ($id: ID!) { userHardDeletePreview(userId: $id) { user { id } planToken } }', { id: cast.people.base.id }),
    said: ({ userHardDeletePreview: preview }) => (preview.user.id === cast.people.base.id ? 'shown' : 'another'),
    expected: {
      shown: ['system_admin'],
      'FORBIDDEN users:delete': [...ordinary, ...superAdmins, ...everyImpersonator],
      ...toldToSignIn,
    },
  },
  'userHardDeletePreview of nobody': {
    field: 'userHardDeletePreview',
    ask: ({ ask }) =>
      ask('query ($id: ID!) { userHardDeletePreview(userId: $id) { planToken } }', { id: encodeId('user', newId()) }),
    said: ({ userHardDeletePreview: preview }) => shown(preview),
    expected: {
      null: ['system_admin'],
      'FORBIDDEN users:delete': [...ordinary, ...superAdmins, ...everyImpersonator],
      ...toldToSignIn,
    },
  },

  'organization, Acme': one('organization', ['id', acme], acme, ofAcme),
  'organization, the suspended one': one('organization', ['id', closed], closed, ofClosed),
  'organization, another tenant': one(
    'organization',
    ['id', () => cast.organizations.globex.id],
    () => cast.organizations.globex.id,
    ofGlobex,
  ),
  'organization by the id of something else': one('organization', ['id', () => cast.people.traveller.id], () => null, ofNobody),
  'organizationBySlug, Acme': one('organizationBySlug', ['slug', () => cast.organizations.acme.slug], acme, ofAcme),
  'organizationBySlug, the suspended one': one(
    'organizationBySlug',
    ['slug', () => cast.organizations.closed.slug],
    closed,
    ofClosed,
  ),
  'organizationBySlug, another tenant': one(
    'organizationBySlug',
    ['slug', () => cast.organizations.globex.slug],
    () => cast.organizations.globex.id,
    ofGlobex,
  ),
  'organizationBySlug, unknown': one('organizationBySlug', ['slug', unknown], () => null, ofNobody),
  organizations: listed('organizations', '{ nodes { id } }', 'organizations:read'),

  apps: listed('apps', '{ id }', 'apps:read'),
  'app, with a grant': one('app', ['id', () => cast.apps.granted.id], () => cast.apps.granted.id, ofGranted),
  'app, with a revoked grant': one('app', ['id', () => cast.apps.revoked.id], () => cast.apps.revoked.id, ofRevoked),
  'app, with no grant': one('app', ['id', () => cast.apps.other.id], () => cast.apps.other.id, toStaffAlone),
  'appByCode, with a grant': one('appByCode', ['code', () => cast.apps.granted.code], () => cast.apps.granted.id, ofGranted),
  'appByCode, with a revoked grant': one(
    'appByCode',
    ['code', () => cast.apps.revoked.code],
    () => cast.apps.revoked.id,
    ofRevoked,
  ),
  'appByCode, with no grant': one('appByCode', ['code', () => cast.apps.other.code], () => cast.apps.other.id, toStaffAlone),
  'appByCode, unknown': one('appByCode', ['code', unknown], () => null, ofNobody),

  pools: listed('pools', '{ id }', 'pools:read'),
  'poolByCode, where everybody is at home': one('poolByCode', ['code', () => 'default'], () => defaultPool, { shown: signedIn }),
  "poolByCode, the traveller's further pool": one(
    'poolByCode',
    ['code', () => cast.pools.tag.code],
    () => cast.pools.tag.id,
    ofGranted,
  ),
  // One's own are those of one's impersonator as well.
  "poolByCode, the org_admin's further pool": one(
    'poolByCode',
    ['code', () => cast.pools.admin.code],
    () => cast.pools.admin.id,
    ofAdminsPool,
  ),
  "poolByCode, the super_admin's further pool": one(
    'poolByCode',
    ['code', () => cast.pools.staff.code],
    () => cast.pools.staff.id,
    {
      shown: ['staff as a member', 'staff as an org_admin', ...staff],
      null: [...ordinary, 'org_admin as a member'],
    },
  ),
  'poolByCode, the home of an app that one has': one(
    'poolByCode',
    ['code', () => cast.pools.far.code],
    () => cast.pools.far.id,
    toStaffAlone,
  ),
  'poolByCode, unknown': one('poolByCode', ['code', unknown], () => null, ofNobody),

  auditEvents: listed('auditEvents', '{ nodes { id } }', 'audit:read'),

  // What there was before is told at once.
  auditEventAdded: {
    field: 'auditEventAdded',
    ask: async (visit) =>
      firstAnswer(world, visit, 'subscription ($after: String) { auditEventAdded(after: $after) { node { id } } }', {
        after: more.cursorOfTheFirst,
      }),
    said: ({ auditEventAdded }) => shown(auditEventAdded.node),
    expected: { shown: staff, 'FORBIDDEN audit:read': [...ordinary, ...impersonators], ...toldToSignIn },
  },

  invitationByToken: byToken(() => cast.invitations.ofAcme.token, 'PENDING'),
  'invitationByToken, replaced': byToken(() => more.replaced.token, 'REVOKED'),
  'invitationByToken, of the suspended organization': byToken(() => cast.invitations.ofClosed.token, 'PENDING'),
  'invitationByToken, unknown': byToken(unknown, 'null'),

  roles: {
    field: 'roles',
    ask: ({ ask }) => ask('{ roles { code builtIn } }'),
    said: ({ roles }) => `${roles.length} roles${roles.every((role: any) => role.builtIn) ? '' : ', custom ones among them'}`,
    expected: {
      '10 roles': signedIn,
      ...toldToSignIn,
    },
  },

  permissions: {
    field: 'permissions',
    ask: ({ ask }) => ask('{ permissions { code } }'),
    said: ({ permissions }) => `${permissions.length} permissions`,
    expected: {
      '31 permissions': signedIn,
      ...toldToSignIn,
    },
  },

  authLogin: {
    field: 'authLogin',
    ask: ({ ask }) =>
      ask(
        `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ${refusal} ... on AuthLoginSuccess { viewer { user { id } } } } }`,
        {
          input: { email: cast.people.base.email, password },
        },
      ),
    said: ({ authLogin }) =>
      `${member(authLogin)} as ${authLogin.viewer?.user.id === cast.people.base.id ? 'the person' : 'somebody else'}`,
    expected: {
      'AuthLoginSuccess as the person': [...notSignedIn, ...signedIn, ...stale, 'expired token'],
    },
  },

  // Whose token it is decides, not who sends it: the access token is not looked at.
  authRefresh: {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      AuthRefreshSuccess: [
        ...ordinary,
        ...staff,
        ...impersonators,
        ...stale,
        ...(['expired token', 'token of another server', 'garbage token'] as const),
      ],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  'authRefresh into Acme': {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken, organizationId: acme() } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      AuthRefreshSuccess: [
        ...activeInAcme,
        ...impersonators,
        ...([
          'member, scoped elsewhere',
          'member whose scope moved',
          'demoted org_admin with an old token',
          'expired token',
          'token of another server',
          'garbage token',
        ] as const),
      ],
      'AuthenticationError NOT_A_MEMBER': [...notInAcme, ...staff, 'suspended member', 'demoted admin with an old token'],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  'authRefresh into the suspended organization': {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken, organizationId: closed() } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      'AuthenticationError ORGANIZATION_SUSPENDED': ['member of the suspended organization'],
      // Naming the scope that the session has already is not scoping anew.
      AuthRefreshSuccess: ['member of the suspended organization, scoped there'],
      'AuthenticationError NOT_A_MEMBER': [
        ...notInClosed,
        ...staff,
        ...impersonators,
        ...stale,
        ...(['expired token', 'token of another server', 'garbage token'] as const),
      ],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  // An organization's impersonation can't leave it, and leaving it for none is leaving it.
  'authRefresh into no organization': {
    field: 'authRefresh',
    ask: ({ ask, refreshToken }) => ask(refreshDocument, { input: { refreshToken, organizationId: null } }),
    said: ({ authRefresh }) => member(authRefresh),
    expected: {
      AuthRefreshSuccess: [
        ...ordinary,
        ...staff,
        ...(['staff as a member', 'staff as an org_admin'] as const),
        ...stale,
        ...(['expired token', 'token of another server', 'garbage token'] as const),
      ],
      'AuthenticationError NOT_A_MEMBER': ['org_admin as a member'],
      'AuthenticationError ACCOUNT_SUSPENDED': ['suspended user'],
      'AuthenticationError REFRESH_TOKEN_INVALID': [
        ...withoutToken,
        'user whose session has ended',
        'user whose session has expired',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ],
    },
  },

  'authSwitchOrganization to Acme': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: acme() } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      AuthSwitchOrganizationSuccess: [...activeInAcme, 'member, scoped elsewhere', 'staff as a member', 'staff as an org_admin'],
      'NotFoundError NOT_FOUND': [...notInAcme, ...staff],
      'RuleError NOT_A_MEMBER': ['suspended member'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      ...toldToSignIn,
    },
  },

  'authSwitchOrganization to the suspended organization': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: closed() } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      'AuthenticationError ORGANIZATION_SUSPENDED': ['member of the suspended organization'],
      AuthSwitchOrganizationSuccess: ['member of the suspended organization, scoped there'],
      'NotFoundError NOT_FOUND': [...notInClosed, ...staff, 'staff as a member', 'staff as an org_admin'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      ...toldToSignIn,
    },
  },

  'authSwitchOrganization to none': {
    field: 'authSwitchOrganization',
    ask: ({ ask }) => ask(switchDocument, { input: { organizationId: null } }),
    said: ({ authSwitchOrganization }) => member(authSwitchOrganization),
    expected: {
      AuthSwitchOrganizationSuccess: [...ordinary, ...staff, 'staff as a member', 'staff as an org_admin'],
      'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
      ...toldToSignIn,
    },
  },

  authLogout: {
    field: 'authLogout',
    ask: ({ ask }) => ask('mutation { authLogout { __typename } }'),
    said: ({ authLogout }) => member(authLogout),
    expected: {
      AuthLogoutSuccess: signedIn,
      ...toldToSignIn,
    },
  },

  authLogoutEverywhere: {
    field: 'authLogoutEverywhere',
    ask: ({ ask }) => ask(`mutation { authLogoutEverywhere { ${refusal} } }`),
    said: ({ authLogoutEverywhere }) => member(authLogoutEverywhere),
    expected: {
      AuthLogoutEverywhereSuccess: [...ordinary, ...staffThemselves],
      'RuleError WHILE_IMPERSONATING': everyImpersonator,
      ...toldToSignIn,
    },
  },

  authStopImpersonating: {
    field: 'authStopImpersonating',
    ask: ({ ask }) => ask(`mutation { authStopImpersonating { ${refusal} } }`),
    said: ({ authStopImpersonating }) => member(authStopImpersonating),
    expected: {
      AuthStopImpersonatingSuccess: everyImpersonator,
      'RuleError NOT_IMPERSONATING': [...ordinary, ...staffThemselves],
      ...toldToSignIn,
    },
  },

  accountUpdate: changes('accountUpdate', () => ({}), {
    // Only an organization's impersonation may not.
    AccountUpdateSuccess: [...ordinary, ...staff, 'staff as a member', 'staff as an org_admin'],
    'RuleError WHILE_IMPERSONATING': ['org_admin as a member'],
  }),
  accountChangePassword: changes('accountChangePassword', () => ({ currentPassword: password, newPassword: 'short' }), {
    'ValidationError VALIDATION_FAILED': [...ordinary, ...staffThemselves],
    'RuleError WHILE_IMPERSONATING': everyImpersonator,
  }),
  accountRequestPasswordReset: ofEverybody(
    'accountRequestPasswordReset',
    { email: 'no address' },
    'ValidationError VALIDATION_FAILED',
  ),
  accountResetPassword: ofEverybody(
    'accountResetPassword',
    { token: 'of no link', newPassword: 'a staple that is quite correct' },
    'AuthenticationError RESET_TOKEN_INVALID',
  ),

  userCreate: ofStaff('userCreate', 'users:create', () => ({ email: `created-${newId()}@example.com` })),
  userUpdate: ofStaff('userUpdate', 'users:update', () => newcomer({ name: 'Another name' })),
  userSuspend: ofStaff('userSuspend', 'users:update', () => newcomer({ reason: 'Has left' })),
  userReactivate: ofStaff('userReactivate', 'users:update', () => newcomer({}, { status: 'SUSPENDED' })),
  userUnlock: ofStaff('userUnlock', 'users:update', () => newcomer()),
  userSetRoles: ofStaff('userSetRoles', 'users:assign-roles', () => newcomer({ roleCodes: ['seller'] })),
  userSetPassword: ofSystemAdmins('userSetPassword', 'users:set-password', () =>
    newcomer({ newPassword: 'a staple that is quite correct' }),
  ),
  userSendPasswordReset: ofStaff('userSendPasswordReset', 'users:update', () => newcomer()),
  'userTerminateSession of somebody else': ofSessions('userTerminateSession', sessionOfSomebody),
  'userTerminateSession of the present one': ofOwnSessions('userTerminateSession', ({ sessionId }, userId) => ({
    userId,
    sessionId,
  })),
  'userRevokeSessions of somebody else': ofSessions('userRevokeSessions', () => newcomer()),
  'userRevokeSessions of oneself': ofOwnSessions('userRevokeSessions', (_visit, userId) => ({ userId })),

  // An organization that is named serves whoever may there; without one the staff right alone does.
  'userImpersonate, without an organization': ofStaff(
    'userImpersonate',
    'org:members:impersonate there or users:impersonate',
    () => newcomer({ reason: 'Seeing what they see' }),
  ),
  ...ofMembers(
    'userImpersonate',
    'org:members:impersonate there or users:impersonate',
    async (organization) => ({ reason: 'Seeing what they see', ...(await aMember(organization)) }),
    { acme: ['org_admin', 'owner', 'staff as an org_admin'], globex: ['outsider, who owns another organization'] },
    // Nobody is scoped to a suspended organization anew, staff neither.
    { refusedWhileImpersonating: true, toStaffInTheSuspended: 'RuleError ORGANIZATION_SUSPENDED' },
  ),
  userHardDelete: ofSystemAdmins('userHardDelete', 'users:delete', () => newcomer({ reason: 'Asked for it' })),

  appCreate: ofSystemAdmins('appCreate', 'apps:manage', () => ({ code: `new-${newId()}`, name: 'New' })),
  appUpdate: ofSystemAdmins('appUpdate', 'apps:manage', async () => ({ appId: (await world.app()).id, name: 'Another name' })),
  appDelete: ofSystemAdmins('appDelete', 'apps:manage', async () => ({ appId: (await world.app()).id })),
  appGrantUser: ofStaff('appGrantUser', 'apps:grant', withApp),
  appRevokeUser: ofStaff('appRevokeUser', 'apps:grant', withApp),

  poolCreate: ofSystemAdmins('poolCreate', 'pools:manage', () => ({ code: `new-${newId()}` })),
  poolUpdate: ofSystemAdmins('poolUpdate', 'pools:manage', async () => ({ poolCode: (await world.pool()).code, name: 'Name' })),
  poolDelete: ofSystemAdmins('poolDelete', 'pools:manage', async () => ({ poolCode: (await world.pool()).code })),
  poolSetUserHome: ofSystemAdmins('poolSetUserHome', 'pools:manage', inPool),
  poolAddUser: ofSystemAdmins('poolAddUser', 'pools:manage', inPool),
  poolRemoveUser: ofSystemAdmins('poolRemoveUser', 'pools:manage', inPool),

  organizationCreate: ofStaff('organizationCreate', 'organizations:create', () => ({ name: 'New' })),
  ...ofMembers('organizationUpdate', 'org:update there or organizations:update', () => ({ description: newId() }), {
    acme: ['org_admin', 'owner', 'staff as an org_admin'],
    globex: ['outsider, who owns another organization'],
  }),
  'organizationSuspend of a new one': ofStaffThere(
    'organizationSuspend',
    'organizations:update',
    'OrganizationSuspendSuccess',
    async () => ({ organizationId: (await another()).id, reason: 'Has not paid' }),
  ),
  'organizationSuspend of Acme, without a reason': ofStaffThere(
    'organizationSuspend',
    'organizations:update',
    'ValidationError VALIDATION_FAILED',
    () => ({ organizationId: acme(), reason: '' }),
  ),
  'organizationSuspend of the suspended organization': ofStaffThere(
    'organizationSuspend',
    'organizations:update',
    'OrganizationSuspendSuccess',
    () => ({ organizationId: closed(), reason: 'Has not paid' }),
  ),
  'organizationSuspend of none': ofStaffThere('organizationSuspend', 'organizations:update', 'NotFoundError NOT_FOUND', () => ({
    organizationId: encodeId('org', newId()),
    reason: 'Has not paid',
  })),
  'organizationReactivate of Acme': ofStaffThere(
    'organizationReactivate',
    'organizations:update',
    'OrganizationReactivateSuccess',
    () => ({ organizationId: acme() }),
  ),
  'organizationReactivate of the suspended organization': ofStaffThere(
    'organizationReactivate',
    'organizations:update',
    'OrganizationReactivateSuccess',
    () => ({ organizationId: closed() }),
  ),
  'organizationReactivate of none': ofStaffThere(
    'organizationReactivate',
    'organizations:update',
    'NotFoundError NOT_FOUND',
    () => ({ organizationId: encodeId('org', newId()) }),
  ),
  'organizationDelete of a new one': ofStaffThere(
    'organizationDelete',
    'organizations:delete',
    'OrganizationDeleteSuccess',
    async () => ({ organizationId: (await another()).id }),
  ),
  'organizationDelete of Acme, with a reason that is none': ofStaffThere(
    'organizationDelete',
    'organizations:delete',
    'ValidationError VALIDATION_FAILED',
    () => ({ organizationId: acme(), reason: '?' }),
  ),
  'organizationDelete of the suspended organization, with a reason that is none': ofStaffThere(
    'organizationDelete',
    'organizations:delete',
    'ValidationError VALIDATION_FAILED',
    () => ({ organizationId: closed(), reason: '?' }),
  ),
  'organizationDelete of none': ofStaffThere('organizationDelete', 'organizations:delete', 'NotFoundError NOT_FOUND', () => ({
    organizationId: encodeId('org', newId()),
  })),
  // To the present owner, which changes nothing and asks for as much.
  ...ofMembers(
    'organizationTransferOwnership',
    'to be the owner or organizations:update',
    (organization) => ({ newOwnerId: ownerOf(organization).id }),
    { acme: ['owner'], globex: ['outsider, who owns another organization'] },
    { refusedWhileImpersonating: true },
  ),

  'organizationAddMember in Acme': ofStaffThere(
    'organizationAddMember',
    'organizations:members',
    'OrganizationAddMemberSuccess',
    () => newcomer({ organizationId: acme() }),
    { refusedWhileImpersonating: false },
  ),
  'organizationAddMember in the suspended organization': ofStaffThere(
    'organizationAddMember',
    'organizations:members',
    'RuleError ORGANIZATION_SUSPENDED',
    () => newcomer({ organizationId: closed() }),
    { refusedWhileImpersonating: false },
  ),
  'organizationAddMember in none': ofStaffThere(
    'organizationAddMember',
    'organizations:members',
    'NotFoundError NOT_FOUND',
    () => newcomer({ organizationId: encodeId('org', newId()) }),
    { refusedWhileImpersonating: false },
  ),
  ...ofMembers('organizationRemoveMember', 'org:members:remove there or organizations:members', aMember, {
    acme: ['org_admin', 'owner', 'staff as an org_admin'],
    globex: ['outsider, who owns another organization'],
  }),
  ...ofMembers(
    'organizationSetMemberStatus',
    'org:members:update there or organizations:members',
    async (organization) => ({ status: 'SUSPENDED', ...(await aMember(organization)) }),
    {
      acme: ['org_manager', 'org_admin', 'owner', 'staff as an org_admin'],
      globex: ['outsider, who owns another organization'],
    },
  ),
  ...ofMembers(
    'organizationSetMemberRoles',
    'org:members:update there or organizations:members',
    async (organization) => ({ roleCodes: ['seller'], ...(await aMember(organization)) }),
    {
      acme: ['org_manager', 'org_admin', 'owner', 'staff as an org_admin'],
      globex: ['outsider, who owns another organization'],
    },
    { refusedWhileImpersonating: true },
  ),

  ...ofMembers(
    'organizationCreateRole',
    'org:roles:create there or organizations:update',
    () => ({ code: `made-${newId()}`, name: 'Made', permissionCodes: ['org:read'] }),
    { acme: ['org_admin', 'owner', 'staff as an org_admin'], globex: ['outsider, who owns another organization'] },
    { refusedWhileImpersonating: true },
  ),
  ...ofMembers(
    'organizationUpdateRole',
    'org:roles:update there or organizations:update',
    async (organization) => ({ name: 'Made anew', ...(await aRole(organization)) }),
    { acme: ['org_admin', 'owner', 'staff as an org_admin'], globex: ['outsider, who owns another organization'] },
    { refusedWhileImpersonating: true },
  ),
  ...ofMembers(
    'organizationDeleteRole',
    'org:roles:delete there or organizations:update',
    aRole,
    { acme: ['org_admin', 'owner', 'staff as an org_admin'], globex: ['outsider, who owns another organization'] },
    { refusedWhileImpersonating: true },
  ),

  ...ofMembers(
    'organizationCreateInvitation',
    'org:members:invite there or organizations:members',
    () => ({ email: unheardOf() }),
    inviters,
  ),
  ...ofMembers('organizationResendInvitation', 'org:members:invite there or organizations:members', anInvitation, inviters),
  ...ofMembers('organizationRevokeInvitation', 'org:members:invite there or organizations:members', anInvitation, inviters),

  'accountAcceptInvitation by id': ofThemselves('accountAcceptInvitation', async (visit) => ({
    invitationId: (await invitationTo(visit)).id,
  })),
  'accountAcceptInvitation by token': ofThemselves('accountAcceptInvitation', async (visit) => ({
    token: (await invitationTo(visit)).token,
  })),
  // Staff and members of the organization see it, and it is not theirs.
  'accountAcceptInvitation by id, of somebody else': ofThemselves(
    'accountAcceptInvitation',
    () => ({ invitationId: cast.invitations.ofAcme.id }),
    { 'NotFoundError NOT_FOUND': [...ordinary, ...staffThemselves] },
  ),
  'accountAcceptInvitation by token, of somebody else': ofThemselves(
    'accountAcceptInvitation',
    () => ({ token: cast.invitations.ofAcme.token }),
    { 'NotFoundError NOT_FOUND': [...ordinary, ...staffThemselves] },
  ),
  'accountAcceptInvitation into a suspended organization': ofThemselves(
    'accountAcceptInvitation',
    async (visit) => ({
      invitationId: (
        await world.invitation({
          organization: await another({ status: 'SUSPENDED' }),
          email: (await ownEmail(visit)) ?? unheardOf(),
        })
      ).id,
    }),
    { 'RuleError ORGANIZATION_SUSPENDED': [...ordinary, ...staffThemselves] },
  ),
  accountDeclineInvitation: ofThemselves('accountDeclineInvitation', async (visit) => ({
    invitationId: (await invitationTo(visit)).id,
  })),
  'accountDeclineInvitation, of somebody else': ofThemselves(
    'accountDeclineInvitation',
    () => ({ invitationId: cast.invitations.ofAcme.id }),
    { 'NotFoundError NOT_FOUND': [...ordinary, ...staffThemselves] },
  ),
  accountSignUp: {
    ...ofEverybody('accountSignUp', {}, 'AccountSignUpSuccess'),
    ask: async ({ ask }) => {
      const { token } = await world.invitation({ organization: await another(), email: unheardOf() });
      return ask(changeDocument('accountSignUp'), {
        input: { invitationToken: token, password: 'a staple that is quite correct' },
      });
    },
  },
  'accountSignUp by no link': ofEverybody(
    'accountSignUp',
    { invitationToken: 'of no link', password: 'a staple that is quite correct' },
    'NotFoundError NOT_FOUND',
  ),
  'accountLeaveOrganization of a member': ofThemselves('accountLeaveOrganization', (visit) => withCaller(visit), {
    AccountLeaveOrganizationSuccess: unscoped,
    'NotFoundError NOT_FOUND': scopedSomewhere,
  }),
  'accountLeaveOrganization of an owner': ofThemselves('accountLeaveOrganization', (visit) => withCaller(visit, 'owner'), {
    'RuleError OWNER_PROTECTED': unscoped,
    'NotFoundError NOT_FOUND': scopedSomewhere,
  }),
  'accountLeaveOrganization of the suspended one': ofThemselves(
    'accountLeaveOrganization',
    () => ({ organizationId: closed() }),
    {
      'RuleError ORGANIZATION_SUSPENDED': inClosed,
      'NotFoundError NOT_FOUND': [...without(ordinary, inClosed), ...staffThemselves],
    },
  ),
  'accountLeaveOrganization of none': ofThemselves(
    'accountLeaveOrganization',
    () => ({ organizationId: encodeId('org', newId()) }),
    { 'NotFoundError NOT_FOUND': [...ordinary, ...staffThemselves] },
  ),
};

const rowsOf = (expected: Outcomes): (readonly [Persona, string])[] =>
  Object.entries(expected).flatMap(([outcome, who]) => who.map((persona) => [persona, outcome] as const));

const namesOnce = (expected: Outcomes, all: readonly string[]) =>
  expect(
    rowsOf(expected)
      .map(([persona]) => persona)
      .sort(),
  ).toEqual([...all].sort());

describe.each(Object.entries(cases))('%s', (_name, { field, ask, said, expected, after }) => {
  afterAll(async () => {
    await after?.();
  });

  test('names every persona once', () => namesOnce(expected, Object.keys(personas)));

  test.each(rowsOf(expected))('%s: %s', async (persona, outcome) => {
    const visit = await sending(field, persona);

    const answer = await ask(visit, { persona, outcome });

    expect(outcomeOf(answer, field, (data) => said(data, visit))).toBe(outcome);
  });
});

/** An error as its code and what it needs; and with an error the field shows nothing. */
function outcomeOf({ data, errors }: Answer<any>, field: string, said: (data: any) => string): string {
  if (errors.length === 0) return said(data);
  expect(errors).toHaveLength(1);
  expect(data === null || data?.[field] === null, 'the field is null').toBe(true);
  expect(errors[0]!.path).toEqual([field]);
  return [errors[0]!.extensions.code, errors[0]!.extensions.needs].filter(Boolean).join(' ');
}

test('every root field of the schema is in the table', () => {
  const served = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );

  expect([...new Set(Object.values(cases).map(({ field }) => field))].sort()).toEqual(served.sort());
});

test('every root field whose description says what it needs is refused to somebody who lacks it', () => {
  const fields = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].flatMap((type) =>
    Object.values(type.getFields()),
  );
  const needing = fields.flatMap(({ name, description }) => {
    // Its sentence also says whom it may be used on.
    if (name === 'userImpersonate') {
      expect(description).toContain('Needs `users:impersonate`, or `org:members:impersonate` with an active member of');
      return [`${name}: FORBIDDEN org:members:impersonate there or users:impersonate`];
    }
    // Whoever could also be the person whose it is, is not refused: somebody else's is not there.
    const [, needs] = /\bNeeds (?!.*\bor to be\b)([^.;]*)/.exec(description ?? '') ?? [];
    const alternatives = / or /.test(needs ?? '')
      ? needs?.replaceAll('`', '').replace(',', '')
      : /`([^`]+)`/.exec(needs ?? '')?.[1];
    return alternatives ? [`${name}: FORBIDDEN ${alternatives}`] : [];
  });
  const refused = Object.values(cases).flatMap(({ field, expected }) =>
    Object.keys(expected)
      .filter((outcome) => outcome.startsWith('FORBIDDEN'))
      .map((outcome) => `${field}: ${outcome}`),
  );

  expect([...new Set(refused)].sort()).toEqual(needing.sort());
});

// ---------------------------------------------------------------- fields below the root that need a permission

interface Below {
  readonly type: string;
  readonly document: string;
  readonly variables?: () => object;
  /** Where the object with the fields is in the answer. */
  readonly path: readonly string[];
  /** To whom that object is null. */
  readonly unseen: readonly Persona[];
  /** All else that was asked of the object, which a refusal leaves as it is. */
  readonly beside: () => object;
  /** What each field is to everyone else. */
  readonly fields: Readonly<Record<string, Outcomes>>;
}

const membersOfAcme = [
  ...(['org_member', 'org_member, scoped there', 'org_manager', 'org_admin', 'owner', 'custom role'] as const),
  ...(['demoted org_admin, signed in anew', ...impersonators] as const),
] as const;

const belowOrganization = `query ($id: ID!) { organization(id: $id) {
  id memberships { totalCount } invitations { totalCount } name assignablePermissions { code } auditEvents { totalCount } status } }`;
const belowPool = `query ($code: String!) { poolByCode(code: $code) {
  id userCount homeCount name tagCount apps { id } users { totalCount } code } }`;
const belowApp = 'query ($id: ID!) { app(id: $id) { id userCount name grants { totalCount } code } }';

/** A pool's fields are for staff alone, also those of one's own pool. */
const pool = (code: () => string, id: () => string, { shown = [], null: unseen = [] }: Outcomes): Below => {
  const others = shown.filter((persona) => !(staff as readonly Persona[]).includes(persona));
  return {
    type: 'Pool',
    document: belowPool,
    variables: () => ({ code: code() }),
    path: ['poolByCode'],
    unseen,
    beside: () => ({ id: id(), name: expect.any(String), code: code() }),
    fields: {
      userCount: { shown: staff, 'FORBIDDEN pools:read': others },
      homeCount: { shown: staff, 'FORBIDDEN pools:read': others },
      tagCount: { shown: staff, 'FORBIDDEN pools:read': others },
      apps: { shown: staff, 'FORBIDDEN apps:read': others },
      users: { shown: staff, 'FORBIDDEN users:read': others },
    },
  };
};

const app = (named: 'granted' | 'revoked', unseen: readonly Persona[], others: readonly Persona[]): Below => ({
  type: 'App',
  document: belowApp,
  variables: () => ({ id: cast.apps[named].id }),
  path: ['app'],
  unseen,
  beside: () => ({ id: cast.apps[named].id, name: expect.any(String), code: cast.apps[named].code }),
  fields: {
    userCount: { shown: staff, 'FORBIDDEN apps:read': others },
    grants: { shown: staff, 'FORBIDDEN apps:read': others },
  },
});

const below: Record<string, Below> = {
  Acme: {
    type: 'Organization',
    document: belowOrganization,
    variables: () => ({ id: acme() }),
    path: ['organization'],
    unseen: ofAcme.null,
    beside: () => ({ id: acme(), name: 'Acme', status: 'ACTIVE' }),
    fields: {
      memberships: {
        shown: [...membersOfAcme, ...staff],
        'FORBIDDEN org:members:read there or organizations:read': ['seller'],
      },
      invitations: {
        shown: [...membersOfAcme, ...staff],
        'FORBIDDEN org:members:read there or organizations:read': ['seller'],
      },
      assignablePermissions: {
        shown: ['org_manager', 'org_admin', 'owner', 'staff as an org_admin', ...staff],
        'FORBIDDEN org:roles:read there or organizations:read': [
          ...(['org_member', 'org_member, scoped there', 'custom role', 'seller', 'staff as a member'] as const),
          ...(['demoted org_admin, signed in anew', 'org_admin as a member'] as const),
        ],
      },
      auditEvents: {
        shown: ['org_admin', 'owner', 'staff as an org_admin', ...staff],
        'FORBIDDEN org:audit:read there or audit:read': [
          ...(['org_member', 'org_member, scoped there', 'org_manager', 'custom role', 'seller'] as const),
          ...(['demoted org_admin, signed in anew', 'staff as a member', 'org_admin as a member'] as const),
        ],
      },
    },
  },

  // Its strongest member too has `org:read` alone.
  'the suspended organization': {
    type: 'Organization',
    document: belowOrganization,
    variables: () => ({ id: closed() }),
    path: ['organization'],
    unseen: ofClosed.null,
    beside: () => ({ id: closed(), name: 'Closed', status: 'SUSPENDED' }),
    fields: {
      memberships: { shown: staff, 'FORBIDDEN org:members:read there or organizations:read': inClosed },
      invitations: { shown: staff, 'FORBIDDEN org:members:read there or organizations:read': inClosed },
      assignablePermissions: { shown: staff, 'FORBIDDEN org:roles:read there or organizations:read': inClosed },
      auditEvents: { shown: staff, 'FORBIDDEN org:audit:read there or audit:read': inClosed },
    },
  },

  'the traveller': {
    type: 'User',
    document: 'query ($id: ID!) { user(id: $id) { id auditEvents { totalCount } name } }',
    variables: () => ({ id: cast.people.traveller.id }),
    path: ['user'],
    unseen: [...notInAcme, ...activeInAcme, 'suspended member', 'staff as an org_admin'],
    beside: () => ({ id: cast.people.traveller.id, name: 'Traveller' }),
    fields: {
      auditEvents: {
        shown: staff,
        'FORBIDDEN audit:read': ['member, scoped elsewhere', 'staff as a member', 'org_admin as a member'],
      },
    },
  },

  // Whoever acts as somebody reads the past of nobody.
  oneself: {
    type: 'User',
    document: '{ viewer { user { id auditEvents { totalCount } name } } }',
    path: ['viewer', 'user'],
    unseen: [],
    beside: () => ({ id: expect.stringMatching(/^user_/), name: expect.any(String) }),
    fields: { auditEvents: { shown: staff, 'FORBIDDEN audit:read': [...ordinary, ...impersonators] } },
  },

  'the pool where everybody is at home': pool(
    () => 'default',
    () => defaultPool,
    { shown: signedIn },
  ),
  "the traveller's further pool": pool(
    () => cast.pools.tag.code,
    () => cast.pools.tag.id,
    ofGranted,
  ),
  "the org_admin's further pool": pool(
    () => cast.pools.admin.code,
    () => cast.pools.admin.id,
    ofAdminsPool,
  ),

  'an app that one has': app('granted', ofGranted.null, ['member, scoped elsewhere', 'staff as a member']),
  'an app that one had': app('revoked', ofRevoked.null, [
    'member, scoped elsewhere',
    'staff as a member',
    'user whose grant was revoked',
  ]),
};

describe.each(Object.entries(below))('below %s', (_name, { document, variables, path, unseen, beside, fields }) => {
  test('each field names every persona once', () => {
    for (const expected of Object.values(fields)) namesOnce({ ...expected, null: unseen }, signedIn);
  });

  test.each(signedIn)('%s', async (persona) => {
    const { ask } = await asking(persona);
    const expected = Object.fromEntries(
      Object.entries(fields).map(([field, outcomes]) => [
        field,
        rowsOf({ ...outcomes, null: unseen }).find(([who]) => who === persona)![1],
      ]),
    );

    const { data, errors } = await ask(document, variables?.());
    const parent = path.reduce((within, key) => within[key], data);

    if (parent === null) {
      expect(errors).toEqual([]);
      expect(Object.fromEntries(Object.keys(fields).map((field) => [field, 'null']))).toEqual(expected);
      return;
    }
    const refusals = new Map(
      errors.map(({ path: place, extensions: { code, needs } }) => [place!.join('.'), `${code} ${needs}`]),
    );
    const outcomes = Object.keys(fields).map((field) => {
      const { [field]: value } = parent;
      return [field, value === null ? refusals.get([...path, field].join('.')) : holds(value) ? 'shown' : 'empty'];
    });
    expect(Object.fromEntries(outcomes)).toEqual(expected);
    expect(errors).toHaveLength(Object.values(expected).filter((outcome) => outcome.startsWith('FORBIDDEN')).length);
    expect(parent).toMatchObject(beside());
  });
});

/** A number says something even where it is 0; a list of nothing might be one whose rows were all withheld. */
const holds = (value: any): boolean => typeof value === 'number' || (value.totalCount ?? value.length) > 0;

test('every field below the root whose description says what it needs is in the table', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const needing = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !roots.includes(type)
      ? Object.values(type.getFields())
          .filter(({ description }) => /\bneeds `/i.test(description ?? ''))
          .map(({ name }) => `${type.name}.${name}`)
      : [],
  );
  const tried = Object.values(below).flatMap(({ type, fields }) => Object.keys(fields).map((field) => `${type}.${field}`));

  expect([...new Set(tried)].sort()).toEqual(needing.sort());
});

// ---------------------------------------------------------------- what of an answer depends on who asks

interface Told {
  readonly document: string;
  readonly variables?: () => object;
  said(data: any): string;
  readonly expected: Outcomes;
}

const inAcme = (selection: string, said: (organization: any) => string, expected: Outcomes): Told => ({
  document: `query ($id: ID!) { organization(id: $id) { ${selection} } }`,
  variables: () => ({ id: acme() }),
  said: ({ organization }) => (organization === null ? 'null' : said(organization)),
  expected: { ...expected, null: ofAcme.null },
});
const inTheSuspended = (selection: string, said: (organization: any) => string, expected: Outcomes): Told => ({
  ...inAcme(selection, said, {}),
  variables: () => ({ id: closed() }),
  expected: { ...expected, null: ofClosed.null },
});
const holdersOf = (role: () => string, expected: Outcomes): Told => ({
  document: 'query ($id: ID!) { node(id: $id) { ... on Role { memberCount } } }',
  variables: () => ({ id: role() }),
  said: ({ node }) => (node === null ? 'not seen' : `${node.memberCount}`),
  expected,
});

const permissionsOf = ({ viewerPermissions }: any): string => viewerPermissions.join(' ');
const rolesOf = ({ assignableRoles }: any): string => assignableRoles.map(({ code }: any) => code).join(' ');
const everyPermissionThere =
  'org:audit:read org:members:impersonate org:members:invite org:members:read org:members:remove org:members:update org:read ' +
  'org:roles:create org:roles:delete org:roles:read org:roles:update org:update';

const told: Record<string, Told> = {
  'Organization.viewerPermissions in Acme': inAcme('viewerPermissions', permissionsOf, {
    [everyPermissionThere]: ['org_admin', 'owner', 'staff as an org_admin', ...staff],
    'org:members:invite org:members:read org:members:update org:read org:roles:read': ['org_manager'],
    'org:members:invite org:members:read org:read': ['custom role'],
    'org:members:read org:read': [
      ...(['org_member', 'org_member, scoped there', 'demoted org_admin, signed in anew'] as const),
      ...(['staff as a member', 'org_admin as a member'] as const),
    ],
    'org:read': ['seller'],
  }),
  'Organization.viewerPermissions in the suspended organization': inTheSuspended('viewerPermissions', permissionsOf, {
    [everyPermissionThere]: staff,
    'org:read': inClosed,
  }),

  'Organization.assignableRoles in Acme': inAcme('assignableRoles { code }', rolesOf, {
    'org_admin org_manager seller buyer inviter org_member': ['org_admin', 'owner', ...staffThemselves],
    'org_manager seller buyer inviter org_member': ['org_manager'],
    // Who may invite may not give roles to members, and nobody does who acts as somebody else.
    '': [
      ...(['custom role', 'seller', 'org_member', 'org_member, scoped there'] as const),
      ...(['demoted org_admin, signed in anew', ...everyImpersonator] as const),
    ],
  }),
  'Organization.assignableRoles in the suspended organization': inTheSuspended('assignableRoles { code }', rolesOf, {
    'org_admin org_manager seller buyer turnkey org_member': staffThemselves,
    '': [...inClosed, actingAsStaff],
  }),

  'Viewer.assignableRoles': {
    document: '{ viewer { assignableRoles { code } } }',
    said: ({ viewer }) => rolesOf(viewer),
    expected: {
      'system_admin super_admin seller buyer base_user': ['system_admin'],
      'super_admin seller buyer base_user': superAdmins,
      '': [...ordinary, ...everyImpersonator],
    },
  },

  'Role.memberCount of a platform role': holdersOf(() => cast.roles.systemAdmin.id, {
    1: staff,
    null: [...ordinary, ...impersonators],
  }),
  'Role.memberCount of a built-in role of organizations': holdersOf(() => cast.roles.orgAdmin.id, { null: signedIn }),
  'Role.memberCount of a custom role': holdersOf(() => cast.roles.inviter.id, {
    1: [...membersOfAcme, ...staff],
    null: ['seller'],
    'not seen': ofAcme.null,
  }),
  'Role.memberCount of a custom role of the suspended organization': holdersOf(() => cast.roles.turnkey.id, {
    2: staff,
    null: inClosed,
    'not seen': ofClosed.null,
  }),
  // The role is seen through the invitation; how many hold it is nobody's to know there.
  'Role.memberCount of a custom role that an invitation carries': {
    document: 'query ($token: String!) { invitationByToken(token: $token) { roles { code memberCount } } }',
    variables: () => ({ token: cast.invitations.toTraveller.token }),
    said: ({ invitationByToken: { roles } }) => `${roles.find(({ code }: any) => code === 'temp').memberCount}`,
    expected: { 0: staff, null: [...ordinary, ...impersonators] },
  },
};

/** What a page of capabilities comes to: what is allowed, and by its code what is not. */
function capabilitiesIn(viewerCan: Record<string, { allowed: boolean; code: string | null; reason: string | null }>): string {
  const by = new Map<string, string[]>();
  for (const [name, { allowed, code, reason }] of Object.entries(viewerCan)) {
    expect({ allowed, hasReason: reason !== null }).toEqual({ allowed: code === null, hasReason: code !== null });
    const outcome = code ?? 'allowed';
    by.set(outcome, [...(by.get(outcome) ?? []), name]);
  }
  return [...by]
    .map(([outcome, of]) => `${outcome} ${of.join(' ')}`)
    .sort()
    .join('; ');
}
const capability = (...all: readonly string[]) =>
  `viewerCan { ${all.map((name) => `${name} { allowed code reason }`).join(' ')} }`;
/** Of one thing by its id, which is null to whoever does not see it. */
const ofNode = (type: string, id: () => string, names: readonly string[], expected: Outcomes): Told => ({
  document: `query ($id: ID!) { node(id: $id) { ... on ${type} { ${capability(...names)} } } }`,
  variables: () => ({ id: id() }),
  said: ({ node }) => (node === null ? 'null' : capabilitiesIn(node.viewerCan)),
  expected,
});
const onUser = [
  ...['update', 'suspend', 'reactivate', 'unlock', 'setRoles', 'setPassword', 'sendPasswordReset', 'revokeSessions'],
  ...['impersonate', 'hardDelete', 'setHomePool', 'tagPools', 'grantApps'],
];
const onOrganization = [
  ...['update', 'suspend', 'reactivate', 'delete', 'transferOwnership', 'addMember', 'createRole', 'createInvitation'],
];
const onMembership = ['setRoles', 'setStatus', 'remove', 'makeOwner', 'impersonate'];
const plainMembers = [
  ...(['org_member', 'org_member, scoped there', 'demoted org_admin, signed in anew'] as const),
  ...(['staff as a member', 'org_admin as a member'] as const),
] satisfies readonly Persona[];
const seesTraveller = ['member, scoped elsewhere', 'staff as a member', 'org_admin as a member'] as const;

/** Whether the traveller holds it there, through what; `no` with nothing said of an organization that is none to the reader. */
const accessOf = (permission: string, there: () => string | null, expected: Outcomes): Told => ({
  document: `query ($id: ID!, $permission: String!, $there: ID, $nowhere: ID) { user(id: $id) {
    access(permission: $permission, organizationId: $there) {
      allowed permission reason paths { role { code } membership { organizationId } } }
    nowhere: access(permission: $permission, organizationId: $nowhere) { allowed reason paths { role { code } } } } }`,
  variables: () => ({ id: cast.people.traveller.id, permission, there: there(), nowhere: encodeId('org', newId()) }),
  said: ({ user }) => {
    if (user === null) return 'null';
    const { allowed, paths, reason } = user.access;
    expect({ allowed, permission: user.access.permission }).toEqual({ allowed: reason === null, permission });
    expect(paths.length > 0).toBe(allowed);
    if (allowed) return paths.map(({ role, membership }: any) => `${role.code}${membership ? ' as a member' : ''}`).join(', ');
    return reason === user.nowhere.reason ? 'no, as nowhere' : 'no';
  },
  expected: { ...expected, null: [...notInAcme, ...activeInAcme, 'suspended member', 'staff as an org_admin'] },
});

Object.assign(told, {
  'User.viewerCan of the traveller': ofNode('User', () => cast.people.traveller.id, onUser, {
    'OWNS_ORGANIZATIONS hardDelete; allowed update suspend reactivate unlock setRoles setPassword sendPasswordReset revokeSessions impersonate setHomePool tagPools grantApps':
      ['system_admin'],
    'FORBIDDEN setPassword hardDelete setHomePool tagPools; allowed update suspend reactivate unlock setRoles sendPasswordReset revokeSessions impersonate grantApps':
      superAdmins,
    'FORBIDDEN setPassword hardDelete setHomePool tagPools; WHILE_IMPERSONATING update suspend reactivate unlock setRoles sendPasswordReset revokeSessions impersonate grantApps':
      [actingAsStaff],
    'FORBIDDEN update suspend reactivate unlock setRoles setPassword sendPasswordReset impersonate hardDelete setHomePool tagPools grantApps; allowed revokeSessions':
      ['member, scoped elsewhere'],
    'FORBIDDEN update suspend reactivate unlock setRoles setPassword sendPasswordReset impersonate hardDelete setHomePool tagPools grantApps; WHILE_IMPERSONATING revokeSessions':
      ['staff as a member', 'org_admin as a member'],
    null: [...notInAcme, ...activeInAcme, 'suspended member', 'staff as an org_admin'],
  }),
  'User.viewerCan of a system admin': ofNode('User', () => cast.people.systemAdmin.id, onUser, {
    'SELF_NOT_ALLOWED suspend impersonate hardDelete; allowed update reactivate unlock setRoles setPassword sendPasswordReset revokeSessions setHomePool tagPools grantApps':
      ['system_admin'],
    'FORBIDDEN setPassword hardDelete setHomePool tagPools; RANK_TOO_LOW update suspend reactivate unlock setRoles sendPasswordReset revokeSessions impersonate grantApps':
      superAdmins,
    'FORBIDDEN setPassword hardDelete setHomePool tagPools; WHILE_IMPERSONATING update suspend reactivate unlock setRoles sendPasswordReset revokeSessions impersonate grantApps':
      [actingAsStaff],
    null: [...ordinary, ...impersonators],
  }),

  'Organization.viewerCan in Acme': ofNode('Organization', acme, onOrganization, {
    'allowed update suspend reactivate delete transferOwnership addMember createRole createInvitation': staffThemselves,
    'WHILE_IMPERSONATING suspend reactivate delete transferOwnership createRole; allowed update addMember createInvitation': [
      actingAsStaff,
    ],
    'FORBIDDEN suspend reactivate delete addMember; allowed update transferOwnership createRole createInvitation': ['owner'],
    'FORBIDDEN suspend reactivate delete transferOwnership addMember; allowed update createRole createInvitation': ['org_admin'],
    'FORBIDDEN suspend reactivate delete transferOwnership addMember; WHILE_IMPERSONATING createRole; allowed update createInvitation':
      ['staff as an org_admin'],
    'FORBIDDEN update suspend reactivate delete transferOwnership addMember createRole; allowed createInvitation': [
      'org_manager',
      'custom role',
    ],
    'FORBIDDEN update suspend reactivate delete transferOwnership addMember createRole createInvitation': [
      ...plainMembers,
      'seller',
    ],
    null: ofAcme.null,
  }),
  'Organization.viewerCan in the suspended organization': ofNode('Organization', closed, onOrganization, {
    'ORGANIZATION_SUSPENDED addMember; allowed update suspend reactivate delete transferOwnership createRole createInvitation':
      staffThemselves,
    'ORGANIZATION_SUSPENDED addMember; WHILE_IMPERSONATING suspend reactivate delete transferOwnership createRole; allowed update createInvitation':
      [actingAsStaff],
    'FORBIDDEN suspend reactivate delete addMember; ORGANIZATION_SUSPENDED update transferOwnership createRole createInvitation':
      inClosed,
    null: ofClosed.null,
  }),

  'Membership.viewerCan of a member of Acme': ofNode(
    'Membership',
    () => cast.organizations.acme.memberships.get(cast.people.member.uuid)!,
    onMembership,
    {
      'allowed setRoles setStatus remove makeOwner impersonate': ['owner', ...staffThemselves],
      'WHILE_IMPERSONATING setRoles makeOwner impersonate; allowed setStatus remove': [actingAsStaff],
      'FORBIDDEN makeOwner; allowed setRoles setStatus remove impersonate': ['org_admin'],
      'FORBIDDEN makeOwner; WHILE_IMPERSONATING setRoles impersonate; allowed setStatus remove': ['staff as an org_admin'],
      'FORBIDDEN remove makeOwner impersonate; allowed setRoles setStatus': ['org_manager'],
      'FORBIDDEN setRoles setStatus remove makeOwner impersonate': [...plainMembers, 'custom role'],
      null: [...notInAcme, ...keptOut, 'seller'],
    },
  ),
  'Membership.viewerCan of the owner of Acme': ofNode(
    'Membership',
    () => cast.organizations.acme.memberships.get(cast.people.owner.uuid)!,
    onMembership,
    {
      // Ownership that is theirs already may be transferred to them, and to staff their roles are nothing.
      'OWNER_PROTECTED setStatus remove; allowed setRoles makeOwner impersonate': staffThemselves,
      'OWNER_PROTECTED setStatus remove; WHILE_IMPERSONATING setRoles makeOwner impersonate': [actingAsStaff],
      'SELF_NOT_ALLOWED setStatus remove impersonate; allowed setRoles makeOwner': ['owner'],
      'FORBIDDEN makeOwner; OWNER_PROTECTED setStatus remove; RANK_TOO_LOW impersonate; allowed setRoles': ['org_admin'],
      'FORBIDDEN makeOwner; OWNER_PROTECTED setStatus remove; WHILE_IMPERSONATING setRoles impersonate': [
        'staff as an org_admin',
      ],
      'FORBIDDEN remove makeOwner impersonate; OWNER_PROTECTED setStatus; RANK_TOO_LOW setRoles': ['org_manager'],
      'FORBIDDEN setRoles setStatus remove makeOwner impersonate': [...plainMembers, 'custom role'],
      null: [...notInAcme, ...keptOut, 'seller'],
    },
  ),

  'Role.viewerCan of a custom role': ofNode('Role', () => cast.roles.inviter.id, ['update', 'delete'], {
    'allowed update delete': ['org_admin', 'owner', ...staffThemselves],
    'WHILE_IMPERSONATING update delete': ['staff as an org_admin', actingAsStaff],
    'FORBIDDEN update delete': [...plainMembers, 'org_manager', 'custom role', 'seller'],
    null: ofAcme.null,
  }),
  'Role.viewerCan of a built-in role': ofNode('Role', () => cast.roles.orgAdmin.id, ['update', 'delete'], {
    'BUILT_IN update delete': signedIn,
  }),
  'Role.viewerCan of a built-in role of the platform': ofNode('Role', () => cast.roles.systemAdmin.id, ['update', 'delete'], {
    'BUILT_IN update delete': signedIn,
  }),

  'Invitation.viewerCan': ofNode('Invitation', () => cast.invitations.ofAcme.id, ['resend', 'revoke'], {
    'allowed resend revoke': ['org_manager', 'org_admin', 'owner', 'custom role', 'staff as an org_admin', ...staff],
    'FORBIDDEN resend revoke': plainMembers,
    null: [...notInAcme, ...keptOut, 'seller'],
  }),

  'App.viewerCan': ofNode('App', () => cast.apps.granted.id, ['update', 'delete', 'grantUser'], {
    'allowed update delete grantUser': ['system_admin'],
    'FORBIDDEN update delete; allowed grantUser': superAdmins,
    'FORBIDDEN update delete; WHILE_IMPERSONATING grantUser': [actingAsStaff],
    'FORBIDDEN update delete grantUser': ['member, scoped elsewhere', 'staff as a member'],
    null: ofGranted.null,
  }),
  "Pool.viewerCan of the traveller's further pool": ofNode('Pool', () => cast.pools.tag.id, ['update', 'delete'], {
    'POOL_IN_USE delete; allowed update': ['system_admin'],
    'FORBIDDEN update delete': [...superAdmins, actingAsStaff, 'member, scoped elsewhere', 'staff as a member'],
    null: ofGranted.null,
  }),

  'User.access by a custom role of Globex': accessOf('org:members:invite', () => cast.organizations.globex.id, {
    'scout as a member': ['member, scoped elsewhere', 'staff as a member', ...staff],
    'no, as nowhere': ['org_admin as a member'],
  }),
  'User.access by membership of Acme': accessOf('org:members:read', acme, {
    'org_member as a member': [...seesTraveller, ...staff],
  }),
  'User.access to what no role of Acme carries': accessOf('org:update', acme, { no: [...seesTraveller, ...staff] }),
  'User.access in an organization where the person is none': accessOf('org:read', closed, {
    'no, as nowhere': [...seesTraveller, ...staff],
  }),
  'User.access of an organization permission without an organization': accessOf('org:read', () => null, {
    no: [...seesTraveller, ...staff],
  }),
  'User.access to a platform permission': accessOf('users:read', () => null, {
    'no, as nowhere': [...seesTraveller, ...staff],
  }),
  'User.access to what there is not': accessOf('org:everything', acme, { 'no, as nowhere': [...seesTraveller, ...staff] }),
} satisfies Record<string, Told>);

describe.each(Object.entries(told))('%s', (_name, { document, variables, said, expected }) => {
  test('names every persona once', () => namesOnce(expected, signedIn));

  test.each(rowsOf(expected))('%s: %s', async (persona, outcome) => {
    const { run } = await asking(persona);

    expect(said(await run(document, variables?.()))).toBe(outcome);
  });
});

// ---------------------------------------------------------------- what roles carry

const everyOrganizationPermission = [
  'org:audit:read',
  'org:members:impersonate',
  'org:members:invite',
  'org:members:read',
  'org:members:remove',
  'org:members:update',
  'org:read',
  'org:roles:create',
  'org:roles:delete',
  'org:roles:read',
  'org:roles:update',
  'org:update',
];
const everyPlatformPermission = [
  'apps:grant',
  'apps:manage',
  'apps:read',
  'audit:read',
  'organizations:create',
  'organizations:delete',
  'organizations:members',
  'organizations:read',
  'organizations:update',
  'pools:manage',
  'pools:read',
  'users:assign-roles',
  'users:create',
  'users:delete',
  'users:impersonate',
  'users:read',
  'users:sessions',
  'users:set-password',
  'users:update',
];
const ofSystemAdminAlone = ['apps:manage', 'pools:manage', 'users:delete', 'users:set-password'];

test.each([
  ['system_admin', everyPlatformPermission],
  ['super_admin', everyPlatformPermission.filter((code) => !ofSystemAdminAlone.includes(code))],
  ['seller', []],
  ['buyer', []],
  ['base_user', []],
])('the platform role %s carries exactly what the design says', async (role, permissions) => {
  const visit = await cast.visit(await world.person({ roles: [role] }));

  const { viewer } = await visit.run('{ viewer { permissions user { permissions } } }');

  expect(viewer).toEqual({ permissions, user: { permissions } });
});

test.each([
  ['org_admin', everyOrganizationPermission],
  ['org_manager', ['org:members:invite', 'org:members:read', 'org:members:update', 'org:read', 'org:roles:read']],
  ['org_member', ['org:members:read', 'org:read']],
  ['seller', ['org:read']],
  ['buyer', ['org:read']],
  ['inviter', ['org:members:invite', 'org:members:read', 'org:read']],
  ['updater', ['org:members:read', 'org:members:update', 'org:read']],
  ['remover', ['org:members:read', 'org:members:remove', 'org:read']],
  ['editor', ['org:read', 'org:update']],
  ['nothing', ['org:read']],
])(
  'the organization role %s carries exactly what the design says, where the session is scoped to it',
  async (role, permissions) => {
    const jo = await world.person();
    const organization = await world.organization({
      owner: await world.person(),
      customRoles: {
        inviter: ['org:members:invite'],
        updater: ['org:members:update'],
        remover: ['org:members:remove'],
        editor: ['org:update'],
        nothing: [],
      },
      members: [[jo, [role]]],
    });
    const document = '{ viewer { permissions memberships { permissions } } }';

    const scoped = await (await cast.visit(jo, { organization })).run(document);
    const unscoped = await (await cast.visit(jo)).run(document);

    expect(scoped.viewer).toEqual({ permissions, memberships: [{ permissions }] });
    expect(unscoped.viewer).toEqual({ permissions: [], memberships: [{ permissions }] });
  },
);

test('in a suspended organization the strongest member carries org:read alone', async () => {
  const visit = await cast.visit(cast.people.landlord, { organization: cast.organizations.closed });

  const { viewer } = await visit.run('{ viewer { permissions memberships { permissions } } }');

  expect(viewer).toEqual({ permissions: ['org:read'], memberships: [{ permissions: ['org:read'] }] });
});

test('a suspended membership carries nothing, whatever its roles', async () => {
  const visit = await cast.visit(cast.people.suspended);

  const { viewer } = await visit.run(
    '{ viewer { permissions memberships { id } user { memberships { nodes { status permissions } } } } }',
  );

  expect(viewer).toEqual({
    permissions: [],
    memberships: [],
    user: { memberships: { nodes: [{ status: 'SUSPENDED', permissions: [] }] } },
  });
});

// ---------------------------------------------------------------- how a refusal reads

test('FORBIDDEN says what is needed and nothing of what the caller has: it is the same for everyone, byte for byte', async () => {
  const bodies = await Promise.all(
    (['base user', 'owner', 'org_admin as a member', 'staff as a member'] as const).map(async (persona) => {
      const visit = await personas[persona]();
      return (await visit.post({ query: '{ users { totalCount } }' })).text();
    }),
  );

  expect(new Set(bodies).size).toBe(1);
  expect(JSON.parse(bodies[0]!)).toEqual({
    errors: [
      {
        message: 'This needs users:read.',
        locations: [{ line: 1, column: 3 }],
        path: ['users'],
        extensions: { code: 'FORBIDDEN', needs: 'users:read' },
      },
    ],
    data: { users: null },
    extensions: { cost: expect.any(Number) },
  });
});

test('a refused field leaves its neighbours whole', async () => {
  const visit = await personas['base user']();

  const { data, errors } = await visit.ask(
    '{ users { totalCount } viewer { user { id } } usersLookup(ids: []) { missingIds } roles(scope: PLATFORM) { code } }',
  );

  expect(data).toEqual({
    users: null,
    viewer: { user: { id: cast.people.base.id } },
    usersLookup: null,
    roles: expect.any(Array),
  });
  expect(data.roles).toHaveLength(5);
  // Which of two refusals is written down first, and told first, is open.
  expect(errors.map(({ path, extensions }) => `${path} ${extensions.code}`).sort()).toEqual([
    'users FORBIDDEN',
    'usersLookup FORBIDDEN',
  ]);
});

test('UNAUTHENTICATED, TOKEN_EXPIRED and TOKEN_STALE say nothing of why: each is one answer', async () => {
  const bodyOf = async (persona: Persona) =>
    (await (await personas[persona]()).post({ query: '{ viewer { user { id } } }' })).text();
  const same = async (all: readonly Persona[]) => new Set(await Promise.all(all.map(bodyOf)));

  expect((await same(stale)).size).toBe(1);
  // Whether a session has ended or never was, and whether its person or impersonator is suspended, reads alike.
  expect(
    (
      await same([
        'user whose session has ended',
        'user whose session has expired',
        'suspended user',
        'impersonator who is suspended',
        'impersonator whose own session has ended',
        'token of an unknown session',
      ])
    ).size,
  ).toBe(1);
  // A token that nobody here signed reads alike, whatever is wrong with it.
  expect((await same(['garbage token', 'token of another server'])).size).toBe(1);
});

test('an admin who is demoted is stale at once, and what the refresh brings has nothing of the former power', async () => {
  const visit = await personas['demoted admin with an old token']();

  await expect(visit.run('{ users { totalCount } }')).toBeRefused('TOKEN_STALE');
  const { authRefresh } = await world.anonymous.run(
    'mutation ($input: AuthRefreshInput!) { authRefresh(input: $input) { ... on AuthRefreshSuccess { tokens { accessToken } viewer { permissions } } } }',
    { input: { refreshToken: visit.refreshToken } },
  );

  expect(authRefresh.viewer.permissions).toEqual([]);
  await expect(cast.visitWith(authRefresh.tokens.accessToken).run('{ users { totalCount } }')).toBeRefused('FORBIDDEN');
});

test('permissions are read at every request: what is taken from a role is gone with the next one', async () => {
  const jo = await world.person();
  const organization = await world.organization({
    owner: await world.person(),
    customRoles: { reader: ['org:members:read'] },
    members: [[jo, ['reader']]],
  });
  const visit = await cast.visit(jo);
  const [, ownersMembership] = [...organization.memberships][0]!;
  const document = 'query ($id: ID!) { node(id: $id) { id } }';

  expect((await visit.run(document, { id: ownersMembership })).node).not.toBeNull();
  await world.database.query(
    world.sql`DELETE FROM role_permissions rp USING roles r WHERE r.id = rp.role_id AND r.organization_id = ${organization.uuid}::uuid`,
  );

  expect((await visit.run(document, { id: ownersMembership })).node).toBeNull();
});

// ---------------------------------------------------------------- what a refusal leaves

const forbiddenEvents = (who: { uuid: string }) =>
  world.database.query<{
    id: string;
    actor: string;
    impersonator: string | null;
    metadata: { field: string; needs: string };
  }>(world.sql`
    SELECT e.id, e.actor_id AS actor, e.impersonator_id AS impersonator, e.metadata FROM audit_events e
     WHERE e.action = 'access.forbidden' AND e.actor_id = ${who.uuid}::uuid ORDER BY e.generation, e.transaction, e.id`);

test('FORBIDDEN leaves an event; two of one session and field within 60 seconds are one, another field and another session are others', async () => {
  const jo = await world.person();
  const visit = await cast.visit(jo);
  const fields = async () => (await forbiddenEvents(jo)).map(({ metadata }) => metadata.field);

  await visit.ask('{ users { totalCount } }');
  expect(await forbiddenEvents(jo)).toEqual([
    { id: expect.any(String), actor: jo.uuid, impersonator: null, metadata: { field: 'users', needs: 'users:read' } },
  ]);

  await visit.ask('{ users { totalCount } }');
  await visit.ask('{ a: users { totalCount } b: users(first: 1) { totalCount } }');
  expect(await fields()).toEqual(['users']);

  await visit.ask('{ usersLookup(ids: []) { missingIds } }');
  expect(await fields()).toEqual(['users', 'usersLookup']);

  await (await cast.visit(jo)).ask('{ users { totalCount } }');
  expect(await fields()).toEqual(['users', 'usersLookup', 'users']);
});

test('the 60 seconds count from the first refusal, and what comes after them is a new event', async () => {
  const jo = await world.person();
  const visit = await cast.visit(jo);
  const passing = (seconds: number) =>
    world.database.query(world.sql`UPDATE refusal_windows SET until = until - make_interval(secs => ${seconds}::int)`);

  await visit.ask('{ users { totalCount } }');
  await passing(40);
  await visit.ask('{ users { totalCount } }');
  expect(await forbiddenEvents(jo)).toHaveLength(1);
  await passing(25);
  await visit.ask('{ users { totalCount } }');

  expect(await forbiddenEvents(jo)).toHaveLength(2);
});

test('many refusals at once are one event', async () => {
  const jo = await world.person();
  const visit = await cast.visit(jo);

  await Promise.all(Array.from({ length: 8 }, () => visit.ask('{ users { totalCount } }')));

  expect(await forbiddenEvents(jo)).toHaveLength(1);
});

test('the event of an impersonator bears both people, and is about both', async () => {
  const by = await world.person({ roles: ['super_admin'] });
  const jo = await world.person();
  const visit = await cast.visit(jo, { impersonator: { by, from: await cast.visit(by) } });

  await visit.ask('{ users { totalCount } }');

  const [event] = await forbiddenEvents(jo);
  expect(event).toMatchObject({ actor: jo.uuid, impersonator: by.uuid });
  const people = await world.database.query<{ id: string }>(
    world.sql`SELECT user_id AS id FROM audit_event_people WHERE event_id = ${event!.id}::uuid`,
  );
  expect(people.map(({ id }) => id).sort()).toEqual([jo.uuid, by.uuid].sort());
});

test('who is not signed in, and who is let through, leaves no such event', async () => {
  const count = async () =>
    (
      await world.database.query<{ n: number }>(
        world.sql`SELECT count(*)::int AS n FROM audit_events WHERE action = 'access.forbidden'`,
      )
    )[0]!.n;
  const before = await count();

  for (const persona of ['anonymous', 'garbage token', 'super_admin', 'demoted admin with an old token'] as const) {
    await (await personas[persona]()).ask('{ users { totalCount } }');
  }
  await (await personas['base user']()).ask('query ($id: ID!) { user(id: $id) { id } node(id: $id) { id } }', {
    id: `user_${newId()}`,
  });

  expect(await count()).toBe(before);
});

// ---------------------------------------------------------------- what a refusal below the root leaves

/** Somebody who sells for that many organizations, and sees the members of none. */
async function sellerOf(many: number) {
  const jo = await world.person();
  const owner = await world.person();
  for (let i = 0; i < many; i++) await world.organization({ owner, members: [[jo, ['seller']]] });
  return { jo, visit: await cast.visit(jo) };
}

const ofMine = (selection: string) => `{ viewer { memberships { organization { ${selection} } } } }`;
const needsOf = {
  memberships: { field: 'Organization.memberships', needs: 'org:members:read there or organizations:read' },
  invitations: { field: 'Organization.invitations', needs: 'org:members:read there or organizations:read' },
  auditEvents: { field: 'Organization.auditEvents', needs: 'org:audit:read there or audit:read' },
} as const;
const metadataOf = async (who: { uuid: string }) => (await forbiddenEvents(who)).map(({ metadata }) => metadata);

test('a field that is refused in every row of a list is one event within 60 seconds, and another field another', async () => {
  const { jo, visit } = await sellerOf(5);

  const { errors } = await visit.ask(ofMine('memberships { totalCount }'));
  expect(errors.map(({ path, extensions }) => `${path!.join('.')} ${extensions.code}`).sort()).toEqual(
    [0, 1, 2, 3, 4].map((i) => `viewer.memberships.${i}.organization.memberships FORBIDDEN`),
  );
  expect(await forbiddenEvents(jo)).toEqual([
    { id: expect.any(String), actor: jo.uuid, impersonator: null, metadata: needsOf.memberships },
  ]);

  await visit.ask(ofMine('memberships { totalCount } a: memberships(first: 1) { totalCount }'));
  await visit.batch([[ofMine('memberships { totalCount }')], [ofMine('name memberships { edges { cursor } }')]]);
  expect(await metadataOf(jo)).toEqual([needsOf.memberships]);

  await visit.ask(ofMine('memberships { totalCount } invitations { totalCount } auditEvents { totalCount }'));
  const all = await metadataOf(jo);
  expect(all).toHaveLength(3);
  expect(all).toEqual(expect.arrayContaining(Object.values(needsOf)));
});

test('another session is another event, and so is what comes after 60 seconds from the first refusal', async () => {
  const { jo, visit } = await sellerOf(3);
  const document = ofMine('auditEvents { totalCount }');
  const passing = (seconds: number) =>
    world.database.query(world.sql`UPDATE refusal_windows SET until = until - make_interval(secs => ${seconds}::int)`);

  await visit.ask(document);
  await (await cast.visit(jo)).ask(document);
  expect(await metadataOf(jo)).toEqual([needsOf.auditEvents, needsOf.auditEvents]);

  await passing(40);
  await visit.ask(document);
  expect(await forbiddenEvents(jo)).toHaveLength(2);
  await passing(25);
  await visit.ask(document);
  expect(await forbiddenEvents(jo)).toHaveLength(3);
});

test('many requests at once whose rows are refused are one event', async () => {
  const { jo, visit } = await sellerOf(3);

  await Promise.all(Array.from({ length: 8 }, () => visit.ask(ofMine('invitations { totalCount }'))));

  expect(await metadataOf(jo)).toEqual([needsOf.invitations]);
});

test('who is let through leaves no event, nor does who does not see the parent', async () => {
  const all = async () =>
    world.database.query<{ id: string }>(world.sql`SELECT id FROM audit_events WHERE action = 'access.forbidden' ORDER BY id`);
  const admin = await personas.org_admin();
  const member = await personas.org_member();
  const before = await all();

  await admin.run(belowOrganization, { id: acme() });
  expect((await admin.run(belowOrganization, { id: closed() })).organization).toBeNull();
  expect((await member.run(belowPool, { code: cast.pools.far.code })).poolByCode).toBeNull();
  expect((await member.run(belowApp, { id: cast.apps.other.id })).app).toBeNull();

  expect(await all()).toEqual(before);
});

test('a refusal in the answer of a mutation is an event of the session that it opened, and the change is kept', async () => {
  const { jo, visit } = await sellerOf(1);
  const organization = encodeId(
    'org',
    (
      await world.database.query<{ id: string }>(
        world.sql`SELECT organization_id AS id FROM memberships WHERE user_id = ${jo.uuid}::uuid`,
      )
    )[0]!.id,
  );

  const { data, errors } = await world.anonymous.ask(
    `mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess {
       tokens { refreshToken } viewer { organization { id memberships { totalCount } } } } } }`,
    { input: { email: jo.email, password, organizationId: organization } },
  );

  expect(errors.map(({ path, extensions }) => [path!.at(-1), extensions.code])).toEqual([['memberships', 'FORBIDDEN']]);
  expect(data.authLogin.viewer.organization).toEqual({ id: organization, memberships: null });
  expect(await metadataOf(jo)).toEqual([needsOf.memberships]);
  await visit.ask(ofMine('memberships { totalCount }'));
  expect(await metadataOf(jo)).toEqual([needsOf.memberships, needsOf.memberships]);
  const { refreshToken } = data.authLogin.tokens;
  expect((await world.anonymous.run(refreshDocument, { input: { refreshToken } })).authRefresh.__typename).toBe(
    'AuthRefreshSuccess',
  );
});

// ---------------------------------------------------------------- of mutations: what is told first, to whom, about whom

/** Mutations that need a permission, with an input that is wrong wherever it can be. */
const wrongly: Record<string, readonly [needs: string, input: object]> = {
  userCreate: ['users:create', { email: '', password: '', roleCodes: ['?'], poolCodes: ['?'], appIds: ['?'] }],
  userUpdate: ['users:update', { userId: '?', email: '?', name: '\u0000', expectedVersion: -1 }],
  userSuspend: ['users:update', { userId: '?', reason: '', until: '2001-01-01T00:00:00.000Z' }],
  userReactivate: ['users:update', { userId: '?' }],
  userUnlock: ['users:update', { userId: '?' }],
  userSetRoles: ['users:assign-roles', { userId: '?', roleCodes: ['?'] }],
  userSetPassword: ['users:set-password', { userId: '?', newPassword: '' }],
  userSendPasswordReset: ['users:update', { userId: '?' }],
  userHardDelete: ['users:delete', { userId: '?', reason: '', planToken: '?', expectedVersion: -1 }],
  appCreate: ['apps:manage', { code: '?', name: '', url: '?', homePoolCode: '?', readPoolCodes: ['?'] }],
  appUpdate: ['apps:manage', { appId: '?', name: '', url: '?', expectedVersion: -1 }],
  appDelete: ['apps:manage', { appId: '?', reason: '' }],
  appGrantUser: ['apps:grant', { appId: '?', userId: '?' }],
  appRevokeUser: ['apps:grant', { appId: '?', userId: '?' }],
  poolCreate: ['pools:manage', { code: '?', name: '\u0000' }],
  poolUpdate: ['pools:manage', { poolCode: '?', name: '' }],
  poolDelete: ['pools:manage', { poolCode: '?' }],
  poolSetUserHome: ['pools:manage', { userId: '?', poolCode: '?' }],
  poolAddUser: ['pools:manage', { userId: '?', poolCode: '?' }],
  poolRemoveUser: ['pools:manage', { userId: '?', poolCode: '?' }],
  organizationCreate: ['organizations:create', { name: '', slug: '?', website: '?', logoUrl: '?', ownerId: '?' }],
  organizationSuspend: ['organizations:update', { organizationId: '?', reason: '' }],
  organizationReactivate: ['organizations:update', { organizationId: '?' }],
  organizationDelete: ['organizations:delete', { organizationId: '?', reason: '' }],
  organizationAddMember: ['organizations:members', { organizationId: '?', userId: '?', roleCodes: ['?'] }],
};

/** Mutations that a permission in the organization serves for as well, with all but the organization wrong. */
const wronglyThere: Record<string, readonly [needs: string, input: object]> = {
  organizationUpdate: [
    'org:update there or organizations:update',
    { name: null, slug: '?', website: '?', logoUrl: '?', expectedVersion: -1 },
  ],
  userImpersonate: ['org:members:impersonate there or users:impersonate', { userId: '?', reason: '' }],
  organizationTransferOwnership: ['to be the owner or organizations:update', { newOwnerId: '?' }],
  organizationRemoveMember: ['org:members:remove there or organizations:members', { userId: '?' }],
  organizationSetMemberStatus: ['org:members:update there or organizations:members', { userId: '?', status: 'SUSPENDED' }],
  organizationSetMemberRoles: [
    'org:members:update there or organizations:members',
    { userId: '?', roleCodes: ['?', ''], expectedVersion: -1 },
  ],
  organizationCreateRole: [
    'org:roles:create there or organizations:update',
    { code: 'ORG_ADMIN', name: '', permissionCodes: ['?'], rank: -1 },
  ],
  organizationUpdateRole: [
    'org:roles:update there or organizations:update',
    { roleId: '?', name: null, permissionCodes: ['?'], rank: -1, expectedVersion: -1 },
  ],
  organizationDeleteRole: ['org:roles:delete there or organizations:update', { roleId: '?' }],
  organizationCreateInvitation: [
    'org:members:invite there or organizations:members',
    { email: '?', roleIds: ['?'], roleCodes: ['?'], expiresInDays: 0 },
  ],
  organizationResendInvitation: ['org:members:invite there or organizations:members', { invitationId: '?' }],
  organizationRevokeInvitation: ['org:members:invite there or organizations:members', { invitationId: '?' }],
};
/** What may be done while impersonating, as what is done every day. */
const daily = [
  'organizationUpdate',
  'organizationAddMember',
  'organizationRemoveMember',
  'organizationSetMemberStatus',
  'organizationCreateInvitation',
  'organizationResendInvitation',
  'organizationRevokeInvitation',
];
const written = ['audit_events', 'audit_event_people', 'refusal_windows'];
/** Of these a refused attempt is an event, whatever it is refused for. */
const eventOfRefusal: Record<string, string> = {
  userImpersonate: 'impersonation.refused',
  userHardDelete: 'hard_delete.refused',
};
const writtenBy = (field: string): readonly string[] => (field in eventOfRefusal ? written : []);

test('every mutation that needs a permission is among those that are asked wrongly', () => {
  const needing = Object.values(cases).flatMap(({ field, expected }) =>
    Object.keys(expected).some((outcome) => outcome.startsWith('FORBIDDEN')) && field in schema.getMutationType()!.getFields()
      ? [field]
      : [],
  );

  expect(Object.keys({ ...wrongly, ...wronglyThere }).sort()).toEqual([...new Set(needing)].sort());
});

test.each(Object.entries(wrongly))(
  '%s: FORBIDDEN comes before anything that is wrong with the input, says what is needed, and leaves its event and nothing else',
  async (field, [needs, input]) => {
    const jo = await world.person({ roles: ['base_user', 'seller', 'buyer'] });
    const visit = await cast.visit(jo);
    const before = await fingerprint(world.database, written);

    const { data, errors } = await visit.ask(changeDocument(field), { input });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: `This needs ${needs}.`, path: [field], extensions: { code: 'FORBIDDEN', needs } }]);
    expect(errors).toHaveLength(1);
    expect(await metadataOf(jo)).toEqual([{ field, needs }]);
    expect(await fingerprint(world.database, written)).toEqual(before);
  },
);

test.each(Object.entries(wronglyThere))(
  '%s: to a member, FORBIDDEN comes before anything that is wrong with the input, and leaves an event of the organization and nothing else',
  async (field, [needs, input]) => {
    const jo = await world.person();
    const organization = await another({ members: [[jo, ['seller', 'buyer']]] });
    const visit = await cast.visit(jo);
    const before = await fingerprint(world.database, written);

    const { data, errors } = await visit.ask(changeDocument(field), { input: { organizationId: organization.id, ...input } });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: `This needs ${needs}.`, path: [field], extensions: { code: 'FORBIDDEN', needs } }]);
    expect(errors).toHaveLength(1);
    expect(
      await world.database.query(world.sql`
        SELECT organization_id AS organization, metadata FROM audit_events WHERE actor_id = ${jo.uuid}::uuid`),
    ).toEqual([{ organization: organization.uuid, metadata: { field, needs } }]);
    expect(await fingerprint(world.database, written)).toEqual(before);
  },
);

test.each(Object.entries(wronglyThere))(
  '%s: an organization that is not there, or suspended, is told before anything else that is wrong, and nothing is written',
  async (field, [, input]) => {
    const { member: ofAcme, landlord, cellmate, superAdmin } = cast.people;
    const asLandlord = await cast.visit(landlord, { impersonator: { by: superAdmin, from: await cast.visit(superAdmin) } });
    const inside = [asLandlord, await cast.visit(landlord), await cast.visit(cellmate)];
    const outside = [asLandlord, await cast.visit(ofAcme)];
    const before = await fingerprint(world.database, writtenBy(field));
    const told = async (visit: Visit, organizationId: string) =>
      (await visit.run(changeDocument(field), { input: { organizationId, ...input } }))[field];
    const suspended = { __typename: 'RuleError', code: 'ORGANIZATION_SUSPENDED' };
    const nowhereToBeFound = { __typename: 'NotFoundError', code: 'NOT_FOUND' };

    // Who acts as the owner of a suspended one, and its own members, whatever they may do.
    for (const visit of inside) {
      expect(await told(visit, closed())).toEqual(suspended);
    }
    for (const visit of outside) {
      for (const id of [cast.organizations.globex.id, encodeId('org', newId()), '?']) {
        expect(await told(visit, id)).toEqual(nowhereToBeFound);
      }
    }
    expect(await fingerprint(world.database, writtenBy(field))).toEqual(before);
  },
);

test.each(['organizationSuspend', 'organizationReactivate', 'organizationDelete', 'organizationAddMember'])(
  '%s: whoever is not staff is FORBIDDEN alike, whatever the organization',
  async (field) => {
    const visit = await cast.visit(cast.people.owner);
    const [, input] = wrongly[field]!;
    const ids = [acme(), closed(), cast.organizations.globex.id, encodeId('org', newId()), '?', cast.people.owner.id];

    const answers = new Set<string>();
    for (const organizationId of ids) {
      answers.add(JSON.stringify(await visit.ask(changeDocument(field), { input: { ...input, organizationId } })));
    }

    expect([...answers].map((answer) => JSON.parse(answer).errors)).toEqual([
      [expect.objectContaining({ extensions: { code: 'FORBIDDEN', needs: wrongly[field]![0] } })],
    ]);
  },
);

test.each(
  Object.keys({ ...wrongly, ...wronglyThere }).filter(
    (field) => !daily.includes(field) && !ofSystemAdminAlone.includes(wrongly[field]?.[0] ?? ''),
  ),
)('%s: whoever acts as staff is told so before anything that is wrong with the input, and nothing is written', async (field) => {
  const visit = await personas[actingAsStaff]();
  const before = await fingerprint(world.database, writtenBy(field));
  const input = wrongly[field]?.[1] ?? { organizationId: '?', ...wronglyThere[field]![1] };

  const { [field]: result } = await visit.run(changeDocument(field), { input });

  expect(result).toEqual({ __typename: 'RuleError', code: 'WHILE_IMPERSONATING' });
  expect(await fingerprint(world.database, writtenBy(field))).toEqual(before);
});

const ofPerson = async (person: Person): Promise<Record<string, object>> => ({
  userUpdate: { name: 'Another name' },
  userSuspend: { reason: 'Has left' },
  userReactivate: {},
  userUnlock: {},
  userSetRoles: { roleCodes: ['base_user'] },
  userSendPasswordReset: {},
  userTerminateSession: { sessionId: (await cast.visit(person)).sessionId },
  userRevokeSessions: {},
  appGrantUser: { appId: cast.apps.other.id },
  appRevokeUser: { appId: cast.apps.other.id },
});
const onPeople = [
  ...(['userUpdate', 'userSuspend', 'userReactivate', 'userUnlock', 'userSetRoles', 'userSendPasswordReset'] as const),
  ...(['userTerminateSession', 'userRevokeSessions', 'appGrantUser', 'appRevokeUser'] as const),
];
const powerDocument = (field: string) =>
  `mutation ($input: ${typeOf(field, 'Input')}!) { ${field}(input: $input) {
    __typename ... on MutationError { code } ... on PowerError { roles permissions } } }`;
const tooPowerful = (...roles: string[]) => ({ __typename: 'PowerError', code: 'RANK_TOO_LOW', roles, permissions: [] });

test.each(onPeople)('%s: nobody acts on somebody more powerful, and everybody on their equals', async (field) => {
  const superAdmin = await cast.visit(cast.people.superAdmin);
  const above = await world.person({ roles: ['system_admin', 'buyer'] });
  const equal = await world.person({ roles: ['super_admin'] });
  const input = async (person: Person) => ({ userId: person.id, ...(await ofPerson(person))[field] });
  const refused = await input(above);
  const before = await fingerprint(world.database);

  const { [field]: result } = await superAdmin.run(powerDocument(field), { input: refused });

  expect(result).toEqual(tooPowerful('system_admin'));
  expect(await fingerprint(world.database)).toEqual(before);
  for (const [visit, person] of [
    [superAdmin, equal],
    [await cast.visit(cast.people.systemAdmin), above],
  ] as const) {
    expect((await visit.run(changeDocument(field), { input: await input(person) }))[field]).toEqual({
      __typename: typeOf(field, 'Success'),
    });
  }
});

/** A world in which super admins hold what the design gives to system admins alone. */
let generous: Promise<World> | undefined;
async function makeGenerous(): Promise<World> {
  const here = await startWorld();
  await here.database.query(here.sql`
    INSERT INTO role_permissions (role_id, permission_code)
    SELECT r.id, held FROM roles r, unnest(${['users:delete', 'users:set-password', 'pools:manage']}::text[]) AS held
     WHERE r.built_in AND r.code = 'super_admin'`);
  return here;
}

test.each(['userSetPassword', 'userHardDelete', 'poolSetUserHome', 'poolAddUser', 'poolRemoveUser'])(
  '%s: nobody acts on somebody more powerful, though they hold what it needs',
  async (field) => {
    generous ??= makeGenerous();
    const here = await generous;
    const { visit } = visitsTo(here);
    const superAdmin = await visit(await here.person({ roles: ['super_admin'] }));
    const above = await here.person({ roles: ['system_admin'] });
    const equal = await here.person({ roles: ['super_admin'] });
    const { code: poolCode } = await here.pool();
    const rest = {
      userSetPassword: { newPassword: 'a staple that is quite correct' },
      userHardDelete: { reason: 'Asked for it' },
    }[field];
    const input = ({ id: userId }: Person) => ({ userId, ...(rest ?? { poolCode }) });
    const before = await fingerprint(here.database, writtenBy(field));

    const { [field]: result } = await superAdmin.run(powerDocument(field), { input: input(above) });

    expect(result).toEqual(tooPowerful('system_admin'));
    expect(await fingerprint(here.database, writtenBy(field))).toEqual(before);
    expect((await superAdmin.run(changeDocument(field), { input: input(equal) }))[field]).toEqual({
      __typename: typeOf(field, 'Success'),
    });
  },
);

test('nobody gives a role more powerful than their own, by whatever mutation', async () => {
  const superAdmin = await cast.visit(cast.people.superAdmin);
  const { id: userId } = await world.person();
  const roleCodes = ['base_user', 'system_admin'];
  const before = await fingerprint(world.database);

  const given = await superAdmin.run(powerDocument('userSetRoles'), { input: { userId, roleCodes } });
  const created = await superAdmin.run(powerDocument('userCreate'), { input: { email: `up-${newId()}@example.com`, roleCodes } });

  expect({ ...given, ...created }).toEqual({
    userSetRoles: tooPowerful('system_admin'),
    userCreate: tooPowerful('system_admin'),
  });
  expect(await fingerprint(world.database)).toEqual(before);
});

test.each([
  ['userUpdate', 'UserUpdateSuccess'],
  ['userSuspend', 'RuleError SELF_NOT_ALLOWED'],
  ['userReactivate', 'UserReactivateSuccess'],
  ['userUnlock', 'UserUnlockSuccess'],
  ['userSetRoles', 'UserSetRolesSuccess'],
  ['userSendPasswordReset', 'UserSendPasswordResetSuccess'],
  ['userTerminateSession', 'UserTerminateSessionSuccess'],
  ['userRevokeSessions', 'UserRevokeSessionsSuccess'],
  ['appGrantUser', 'AppGrantUserSuccess'],
  ['appRevokeUser', 'AppRevokeUserSuccess'],
] as const)('%s of staff on themselves: %s', async (field, outcome) => {
  for (const role of ['super_admin', 'system_admin']) {
    const me = await world.person({ roles: [role] });
    const visit = await cast.visit(me);
    const input = { userId: me.id, ...(await ofPerson(me))[field] };

    expect(member((await visit.run(changeDocument(field), { input }))[field])).toBe(outcome);
  }
});

test("users:set-password is needed for somebody else's address, and for whether it is verified; for one's own it is not", async () => {
  const superAdmin = await world.person({ roles: ['super_admin'] });
  const visit = await cast.visit(superAdmin);
  const jo = await world.person();
  const update = async (userId: string, input: object) =>
    (await visit.run(powerDocument('userUpdate'), { input: { userId, ...input } })).userUpdate;
  const notHeld = { __typename: 'PowerError', code: 'PERMISSION_NOT_HELD', roles: [], permissions: ['users:set-password'] };
  const before = await fingerprint(world.database);

  for (const input of [
    { email: `other-${newId()}@example.com` },
    { emailVerified: false },
    { name: 'Name', email: `other-${newId()}@example.com`, emailVerified: true },
  ]) {
    expect(await update(jo.id, input)).toEqual(notHeld);
  }

  expect(await fingerprint(world.database)).toEqual(before);
  expect(await update(superAdmin.id, { email: `own-${newId()}@example.com`, emailVerified: true })).toEqual({
    __typename: 'UserUpdateSuccess',
  });
});

test('what userCreate needs beyond its own permission is named, all of it, and nobody is created', async () => {
  const superAdmin = await cast.visit(cast.people.superAdmin);
  const systemAdmin = await cast.visit(cast.people.systemAdmin);
  const { code } = await world.pool();
  const newPassword = 'a staple that is quite correct';
  const create = async (visit: Visit, input: object) =>
    (await visit.run(powerDocument('userCreate'), { input: { email: `created-${newId()}@example.com`, ...input } })).userCreate;
  const notHeld = (...permissions: string[]) => ({
    __typename: 'PowerError',
    code: 'PERMISSION_NOT_HELD',
    roles: [],
    permissions: expect.toSatisfy((named: string[]) => [...named].sort().join() === permissions.sort().join()),
  });
  const before = await fingerprint(world.database);

  expect(await create(superAdmin, { password: newPassword })).toEqual(notHeld('users:set-password'));
  expect(await create(superAdmin, { poolCodes: [code] })).toEqual(notHeld('pools:manage'));
  expect(await create(superAdmin, { homePoolCode: code })).toEqual(notHeld('pools:manage'));
  expect(await create(superAdmin, { homePoolCode: code, password: newPassword })).toEqual(
    notHeld('users:set-password', 'pools:manage'),
  );
  expect(await fingerprint(world.database)).toEqual(before);

  const appIds = [cast.apps.other.id];
  const success = { __typename: 'UserCreateSuccess' };
  expect(await create(superAdmin, { homePoolCode: 'default', roleCodes: ['super_admin'], appIds })).toEqual(success);
  const everything = { password: newPassword, homePoolCode: code, poolCodes: ['default'], roleCodes: ['system_admin'], appIds };
  expect(await create(systemAdmin, everything)).toEqual(success);
});

test('an organization gives no power over people, apps or pools: its owner is refused what concerns its own members', async () => {
  const owner = await cast.visit(cast.people.owner, { organization: cast.organizations.acme });
  const { member: person } = cast.people;

  for (const field of onPeople.filter((name) => name in wrongly)) {
    const input = { userId: person.id, ...(await ofPerson(person))[field] };
    expect((await owner.ask(changeDocument(field), { input })).errors.map(({ extensions }) => extensions.code)).toEqual([
      'FORBIDDEN',
    ]);
  }
  const { sessionId } = await cast.visit(person);
  for (const [field, input] of [
    ['userTerminateSession', { userId: person.id, sessionId }],
    ['userRevokeSessions', { userId: person.id }],
  ] as const) {
    expect(member((await owner.run(changeDocument(field), { input }))[field])).toBe('NotFoundError NOT_FOUND');
  }
});

// ---------------------------------------------------------------- of members: who acts on whom, and gives what

/** Custom roles of rank 70, beside the built-in ones. */
const customRoles = {
  updater: ['org:members:update'],
  remover: ['org:members:remove'],
  recruiter: ['org:members:invite'],
  plain: [],
};
/** Whom each role reaches: everybody of its own rank and below. */
const reaches: Record<string, readonly string[]> = {
  org_admin: ['org_admin', 'org_manager', 'seller', 'plain', 'org_member'],
  org_manager: ['org_manager', 'seller', 'plain', 'org_member'],
  updater: ['plain', 'org_member'],
  remover: ['plain', 'org_member'],
};
const onMembers = [
  ['organizationSetMemberStatus', { status: 'SUSPENDED' }, ['org_admin', 'org_manager', 'updater']],
  ['organizationSetMemberRoles', { roleCodes: [] }, ['org_admin', 'org_manager', 'updater']],
  ['organizationRemoveMember', {}, ['org_admin', 'remover']],
] as const;

describe.each(onMembers.flatMap(([field, input, roles]) => roles.map((role) => [field, role, input] as const)))(
  '%s by %s',
  (field, role, input) => {
    test.each(reaches.org_admin!)('on %s', async (target) => {
      const [caller, member] = [await world.person(), await world.person()];
      const organization = await another({
        customRoles,
        members: [
          [caller, [role]],
          [member, [target]],
        ],
      });
      const visit = await cast.visit(caller);
      const before = await fingerprint(world.database);

      const { [field]: result } = await visit.run(powerDocument(field), {
        input: { organizationId: organization.id, userId: member.id, ...input },
      });

      if (reaches[role]!.includes(target)) {
        expect(result).toEqual({ __typename: typeOf(field, 'Success') });
        return;
      }
      expect(result).toEqual(tooPowerful(target));
      expect(await fingerprint(world.database)).toEqual(before);
    });
  },
);

const lacks = (...permissions: string[]) => ({ __typename: 'PowerError', code: 'PERMISSION_NOT_HELD', roles: [], permissions });
/** What each may not give, by the role that they would give; everything else they may. */
const withheld: Record<string, Record<string, object>> = {
  org_admin: {},
  org_manager: { org_admin: tooPowerful('org_admin'), remover: lacks('org:members:remove') },
  updater: {
    org_admin: tooPowerful('org_admin'),
    org_manager: tooPowerful('org_manager'),
    seller: tooPowerful('seller'),
    remover: lacks('org:members:remove'),
    recruiter: lacks('org:members:invite'),
  },
  recruiter: {
    org_admin: tooPowerful('org_admin'),
    org_manager: tooPowerful('org_manager'),
    seller: tooPowerful('seller'),
    remover: lacks('org:members:remove'),
    updater: lacks('org:members:update'),
  },
};
const giving = [
  ['organizationSetMemberRoles', ['org_admin', 'org_manager', 'updater']],
  ['organizationCreateInvitation', ['org_admin', 'org_manager', 'recruiter']],
] as const;

describe.each(giving.flatMap(([field, roles]) => roles.map((role) => [field, role] as const)))('%s by %s', (field, role) => {
  test.each(['org_admin', 'org_manager', 'seller', 'updater', 'remover', 'recruiter', 'plain', 'org_member'])(
    'with %s',
    async (given) => {
      const [caller, member] = [await world.person(), await world.person()];
      const organization = await another({ customRoles, members: [[caller, [role]], [member]] });
      const visit = await cast.visit(caller);
      const before = await fingerprint(world.database);
      const whom = field === 'organizationSetMemberRoles' ? { userId: member.id } : { email: unheardOf() };

      const { [field]: result } = await visit.run(powerDocument(field), {
        input: { organizationId: organization.id, roleCodes: [given], ...whom },
      });

      const refused = withheld[role]![given];
      expect(result).toEqual(refused ?? { __typename: typeOf(field, 'Success') });
      if (refused) expect(await fingerprint(world.database)).toEqual(before);
    },
  );
});

test('what somebody is on the platform is nothing in an organization, and staff reach everybody there', async () => {
  const superAdmin = await cast.visit(cast.people.superAdmin);
  const [systemAdmin, manager] = [await world.person({ roles: ['system_admin'] }), await world.person()];
  const organization = await another({ members: [[systemAdmin], [manager, ['org_manager']]] });
  const suspend = async (visit: Visit) =>
    (
      await visit.run(powerDocument('organizationSetMemberStatus'), {
        input: { organizationId: organization.id, userId: systemAdmin.id, status: 'SUSPENDED' },
      })
    ).organizationSetMemberStatus;

  expect(await suspend(await cast.visit(manager))).toEqual({ __typename: 'OrganizationSetMemberStatusSuccess' });
  expect(await suspend(superAdmin)).toEqual({ __typename: 'OrganizationSetMemberStatusSuccess' });
});

test("an organization's impersonation does the daily business there, and nowhere else", async () => {
  const { acme: ofAcme, globex } = cast.organizations;
  const { manager, admin, traveller } = cast.people;
  const visit = await cast.visit(manager, { impersonator: { by: admin, from: await cast.visit(admin), boundTo: ofAcme } });
  const asTraveller = await cast.visit(traveller, {
    impersonator: { by: admin, from: await cast.visit(admin), boundTo: ofAcme },
  });
  const invite = async (by: Visit, { id }: Organization) =>
    member(
      (await by.run(changeDocument('organizationCreateInvitation'), { input: { organizationId: id, email: unheardOf() } }))
        .organizationCreateInvitation,
    );

  expect(await invite(visit, ofAcme)).toBe('OrganizationCreateInvitationSuccess');
  expect(await invite(visit, globex)).toBe('NotFoundError NOT_FOUND');
  // The person may there, and would by a session of their own.
  expect(await invite(asTraveller, globex)).toBe('NotFoundError NOT_FOUND');
  expect(await invite(await cast.visit(traveller), globex)).toBe('OrganizationCreateInvitationSuccess');
  expect(
    member(
      (
        await visit.run(changeDocument('organizationSetMemberRoles'), {
          input: { organizationId: ofAcme.id, ...(await aMember(ofAcme)), roleCodes: [] },
        })
      ).organizationSetMemberRoles,
    ),
  ).toBe('RuleError WHILE_IMPERSONATING');
});

test('a member leaves the organization that the session is scoped to, and no other', async () => {
  const jo = await world.person();
  const [here, there] = [await another({ members: [[jo]] }), await another({ members: [[jo]] })];
  const visit = await cast.visit(jo, { organization: here });
  const leave = async ({ id }: Organization) =>
    member(
      (await visit.run(changeDocument('accountLeaveOrganization'), { input: { organizationId: id } })).accountLeaveOrganization,
    );

  expect(await leave(there)).toBe('NotFoundError NOT_FOUND');
  expect(await leave(here)).toBe('AccountLeaveOrganizationSuccess');
});

test('a suspended member leaves; an address that is not verified accepts by the link, and not by the id', async () => {
  const [jo, kim] = [await world.person(), await world.person({ emailVerified: false })];
  const organization = await another({ members: [[jo, ['org_member'], 'SUSPENDED']] });
  const { id: invitationId, token } = await world.invitation({ organization, email: kim.email });
  const said = async (person: Person, field: string, input: object) =>
    member((await (await cast.visit(person)).run(changeDocument(field), { input }))[field]);

  expect(await said(jo, 'accountLeaveOrganization', { organizationId: organization.id })).toBe('AccountLeaveOrganizationSuccess');
  expect(await said(kim, 'accountDeclineInvitation', { invitationId })).toBe('NotFoundError NOT_FOUND');
  expect(await said(kim, 'accountAcceptInvitation', { invitationId })).toBe('NotFoundError NOT_FOUND');
  expect(await said(kim, 'accountAcceptInvitation', { token })).toBe('AccountAcceptInvitationSuccess');
});
