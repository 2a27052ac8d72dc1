import type { GraphQLObjectType } from 'graphql';
import { makePasswordLink } from '../../src/auth/password-links.ts';
import { encodeId, newId } from '../../src/ids.ts';
import { lockPerson } from '../../src/locks/person.ts';
import { schema } from '../../src/schema/index.ts';
import { type Visit, visitsTo } from './personas.ts';
import { clientOf, type Organization, type Person, type PersonOptions, password, startWorld, type World } from './world.ts';

let world: World;
let visit: ReturnType<typeof visitsTo>['visit'];
let staff: Visit;
let nobody: Visit;

/** The world in which the examples play, and who sends them. Once for a test file, before any of them. */
export async function setStage() {
  world = await startWorld();
  const visits = visitsTo(world);
  ({ visit } = visits);
  staff = await visit(await world.person({ roles: ['system_admin'] }));
  nobody = visits.visitWith(null);
  return { world, visit, staff };
}

export const mutations = Object.keys(schema.getMutationType()!.getFields()).sort();
export const typeOf = (mutation: string, part: string) => `${mutation[0]!.toUpperCase()}${mutation.slice(1)}${part}`;
export const typeNamed = (name: string) => schema.getType(name) as GraphQLObjectType;

export interface Call {
  /** The system admin unless told. */
  readonly by?: Visit;
  readonly input?: object;
}

export interface Example {
  /** A call that changes something. */
  readonly change: () => Promise<Call>;
  /** A call that is no refusal and changes nothing; null where there is none. */
  readonly nothing: (() => Promise<Call>) | null;
  /** Tables that such a call may write to all the same: counters, and what a session lives by. */
  readonly writes?: readonly string[];
}

const someone = (options: PersonOptions = {}): Promise<Person> => world.person(options);

/** Somebody with a session of their own. */
async function caller(options: PersonOptions = {}) {
  const person = await world.person(options);
  return { person, by: await visit(person) };
}

/** A call that names a person, who is made for it, and what else it names. */
const about =
  (input: object = {}, options: PersonOptions = {}) =>
  async (): Promise<Call> => ({ input: { userId: (await someone(options)).id, ...input } });

/** The same call once more. */
const twice = (mutation: string, first: () => Promise<Call>) => async (): Promise<Call> => {
  const call = await first();
  await sent(mutation, call);
  return call;
};

async function resetToken(person: Person): Promise<string> {
  return world.database.transaction(
    async (tx) => (await makePasswordLink(tx, (await lockPerson(tx, person.uuid, 'change'))!)).token,
  );
}

/** An organization of somebody's. */
const company = async (options: Omit<Parameters<World['organization']>[0], 'owner'> = {}): Promise<Organization> =>
  world.organization({ owner: await someone(), ...options });

/** A call that names an organization, which is made for it, and what else it names. */
const within =
  (input: object = {}, options: Omit<Parameters<World['organization']>[0], 'owner'> = {}) =>
  async (): Promise<Call> => ({ input: { organizationId: (await company(options)).id, ...input } });

/** A call that names a member of an organization, both made for it. */
const aboutMember =
  (input: object = {}, roles = ['org_member']) =>
  async (): Promise<Call> => {
    const member = await someone();
    const { id } = await company({ members: [[member, roles]] });
    return { input: { organizationId: id, userId: member.id, ...input } };
  };

/** A call that names a custom role with one permission, which one member has. */
const aboutRole =
  (input: object = {}) =>
  async (): Promise<Call> => {
    const { id, uuid } = await company({
      customRoles: { editor: ['org:update'] },
      members: [[await someone(), ['editor', 'org_member']]],
    });
    const [role] = await world.database.query<{ id: string }>(
      world.sql`SELECT id FROM roles WHERE organization_id = ${uuid}::uuid`,
    );
    return { input: { organizationId: id, roleId: encodeId('role', role!.id), ...input } };
  };

/** An organization, an invitation to it, and the invited person, who can be asked to answer it. */
async function invited() {
  const { person, by } = await caller();
  const organization = await company();
  const invitation = await world.invitation({ organization, email: person.email });
  return { organization, invitation, by };
}

/** A call that names an invitation to somebody who is nobody yet. */
const aboutInvitation = async (): Promise<Call> => {
  const organization = await company();
  const { id } = await world.invitation({ organization, email: `invited-${newId()}@example.com` });
  return { input: { organizationId: organization.id, invitationId: id } };
};

/** Somebody who acts as somebody else, each of them new. */
async function impersonating(): Promise<Visit> {
  const by = await someone({ roles: ['super_admin'] });
  return visit(await someone(), { impersonator: { by, from: await visit(by) } });
}

const suspension = { reason: 'Has left the company' };
const newPassword = 'a staple that is quite correct';

/** A call of each mutation; all that it names is new, so that it may be sent at any time, and in any order. */
export const examples: Record<string, Example> = {
  authLogin: {
    change: async () => ({ by: nobody, input: { email: (await someone()).email, password } }),
    nothing: null,
  },
  authRefresh: {
    change: async () => {
      const person = await someone();
      const { refreshToken } = await visit(person);
      return {
        by: nobody,
        input: { refreshToken, organizationId: (await world.organization({ owner: person })).id },
      };
    },
    nothing: async () => ({ by: nobody, input: { refreshToken: (await visit(await someone())).refreshToken } }),
    writes: ['sessions', 'refresh_tokens'],
  },
  authSwitchOrganization: {
    change: async () => {
      const { person, by } = await caller();
      return { by, input: { organizationId: (await world.organization({ owner: person })).id } };
    },
    nothing: async () => ({ by: (await caller()).by, input: { organizationId: null } }),
  },
  authLogout: { change: caller, nothing: null },
  authLogoutEverywhere: { change: caller, nothing: null },
  authStopImpersonating: { change: async () => ({ by: await impersonating() }), nothing: null },

  accountUpdate: {
    change: async () => ({ by: (await caller()).by, input: { name: 'Another name' } }),
    nothing: async () => ({ by: (await caller({ name: 'Jo' })).by, input: { name: 'Jo', avatarUrl: null } }),
  },
  accountChangePassword: {
    change: async () => ({ by: (await caller()).by, input: { currentPassword: password, newPassword } }),
    nothing: null,
  },
  accountRequestPasswordReset: {
    change: async () => ({ by: nobody, input: { email: (await someone()).email } }),
    nothing: async () => ({ by: nobody, input: { email: `nobody-${newId()}@example.com` } }),
    // Requests are counted for an address, known or not.
    writes: ['login_locks'],
  },
  accountResetPassword: {
    change: async () => ({ by: nobody, input: { token: await resetToken(await someone()), newPassword } }),
    nothing: null,
  },

  accountAcceptInvitation: {
    change: async () => {
      const { invitation, by } = await invited();
      return { by, input: { invitationId: invitation.id } };
    },
    nothing: null,
  },
  accountDeclineInvitation: {
    change: async () => {
      const { invitation, by } = await invited();
      return { by, input: { invitationId: invitation.id } };
    },
    nothing: null,
  },
  accountSignUp: {
    change: async () => {
      const email = `signs-up-${newId()}@example.com`;
      const { token } = await world.invitation({ organization: await company(), email });
      return { by: nobody, input: { invitationToken: token, password: newPassword } };
    },
    nothing: null,
  },
  accountLeaveOrganization: {
    change: async () => {
      const { person, by } = await caller();
      return { by, input: { organizationId: (await company({ members: [[person]] })).id } };
    },
    nothing: null,
  },

  userCreate: { change: async () => ({ input: { email: `new-${newId()}@example.com` } }), nothing: null },
  userUpdate: {
    change: about({ name: 'Another name' }),
    nothing: async () => {
      const { id, email } = await someone({ name: 'Jo', metadata: { team: 'blue' } });
      const same = {
        email: email.toUpperCase(),
        emailVerified: true,
        name: ' Jo ',
        metadata: { team: 'blue' },
        externalId: null,
      };
      return { input: { userId: id, ...same } };
    },
  },
  userSuspend: { change: about(suspension), nothing: twice('userSuspend', about(suspension)) },
  userReactivate: { change: about({}, { status: 'SUSPENDED' }), nothing: about() },
  userUnlock: {
    change: async () => {
      const { id, email } = await someone();
      await sent('authLogin', { by: nobody, input: { email, password: 'a wrong guess' } });
      return { input: { userId: id } };
    },
    nothing: about(),
  },
  userSetRoles: {
    change: about({ roleCodes: ['seller'] }),
    nothing: about({ roleCodes: ['base_user', 'seller'] }, { roles: ['seller', 'base_user'] }),
  },
  userSetPassword: { change: about({ newPassword }), nothing: null },
  userSendPasswordReset: { change: about(), nothing: null },
  userTerminateSession: {
    change: async () => {
      const { person, by } = await caller();
      return { input: { userId: person.id, sessionId: by.sessionId } };
    },
    nothing: null,
  },
  userRevokeSessions: {
    change: async () => ({ input: { userId: (await caller()).person.id } }),
    nothing: about(),
  },

  userImpersonate: { change: aboutMember({ reason: 'Seeing what they see' }), nothing: null },
  userHardDelete: { change: about({ reason: 'Asked for it' }), nothing: null },

  appCreate: { change: async () => ({ input: { code: `new-${newId()}`, name: 'New' } }), nothing: null },
  appUpdate: {
    change: async () => ({ input: { appId: (await world.app()).id, name: 'Another name' } }),
    nothing: async () => {
      const { id, code } = await world.app({ autoGrantOnSignup: true });
      return {
        input: { appId: id, name: code, description: null, status: 'ACTIVE', autoGrantOnSignup: true, homePoolCode: 'default' },
      };
    },
  },
  appDelete: { change: async () => ({ input: { appId: (await world.app()).id } }), nothing: null },
  appGrantUser: {
    change: async () => ({ input: { userId: (await someone()).id, appId: (await world.app()).id } }),
    nothing: async () => {
      const [person, app] = [await someone(), await world.app()];
      await world.grant(person, app);
      return { input: { userId: person.id, appId: app.id } };
    },
  },
  appRevokeUser: {
    change: async () => {
      const [person, app] = [await someone(), await world.app()];
      await world.grant(person, app);
      return { input: { userId: person.id, appId: app.id } };
    },
    nothing: async () => ({ input: { userId: (await someone()).id, appId: (await world.app()).id } }),
  },

  poolCreate: { change: async () => ({ input: { code: `new-${newId()}` } }), nothing: null },
  poolUpdate: {
    change: async () => ({ input: { poolCode: (await world.pool()).code, name: 'Another name' } }),
    nothing: async () => {
      const { code } = await world.pool();
      return { input: { poolCode: code, name: code, description: null } };
    },
  },
  poolDelete: { change: async () => ({ input: { poolCode: (await world.pool()).code } }), nothing: null },
  poolSetUserHome: {
    change: async () => ({ input: { userId: (await someone()).id, poolCode: (await world.pool()).code } }),
    nothing: about({ poolCode: 'default' }),
  },
  poolAddUser: {
    change: async () => ({ input: { userId: (await someone()).id, poolCode: (await world.pool()).code } }),
    nothing: twice('poolAddUser', async () => ({
      input: { userId: (await someone()).id, poolCode: (await world.pool()).code },
    })),
  },
  poolRemoveUser: {
    change: async () => {
      const [person, pool] = [await someone(), await world.pool()];
      await world.database.query(
        world.sql`INSERT INTO user_pools (user_id, pool_id) VALUES (${person.uuid}::uuid, ${pool.uuid}::uuid)`,
      );
      return { input: { userId: person.id, poolCode: pool.code } };
    },
    nothing: async () => ({ input: { userId: (await someone()).id, poolCode: (await world.pool()).code } }),
  },

  organizationCreate: { change: async () => ({ input: { name: 'New' } }), nothing: null },
  organizationUpdate: {
    change: within({ name: 'Another name' }),
    nothing: async () => {
      const { id, name, slug } = await company();
      const same = { name: ` ${name} `, slug, description: null, website: null, logoUrl: null, metadata: {} };
      return { input: { organizationId: id, ...same } };
    },
  },
  organizationSuspend: { change: within(suspension), nothing: twice('organizationSuspend', within(suspension)) },
  organizationReactivate: { change: within({}, { status: 'SUSPENDED' }), nothing: within() },
  organizationDelete: { change: within(), nothing: null },
  organizationTransferOwnership: {
    change: async () => {
      const heir = await someone();
      return { input: { organizationId: (await company({ members: [[heir]] })).id, newOwnerId: heir.id } };
    },
    nothing: async () => {
      const owner = await someone();
      return { input: { organizationId: (await world.organization({ owner })).id, newOwnerId: owner.id } };
    },
  },
  organizationAddMember: {
    change: async () => ({ input: { organizationId: (await company()).id, userId: (await someone()).id } }),
    nothing: null,
  },
  organizationRemoveMember: { change: aboutMember(), nothing: null },
  organizationSetMemberStatus: {
    change: aboutMember({ status: 'SUSPENDED' }),
    nothing: aboutMember({ status: 'ACTIVE' }),
  },
  organizationSetMemberRoles: {
    change: aboutMember({ roleCodes: ['seller'] }),
    nothing: aboutMember({ roleCodes: ['buyer', 'seller'] }, ['seller', 'buyer']),
  },
  organizationCreateRole: { change: within({ code: 'cashier', name: 'Cashier', permissionCodes: ['org:read'] }), nothing: null },
  organizationUpdateRole: {
    change: aboutRole({ permissionCodes: ['org:update', 'org:members:read'] }),
    nothing: aboutRole({ name: 'editor', description: null, rank: 70, permissionCodes: ['org:update', 'org:update'] }),
  },
  organizationDeleteRole: { change: aboutRole(), nothing: null },
  organizationCreateInvitation: {
    change: async () => ({ input: { organizationId: (await company()).id, email: `invited-${newId()}@example.com` } }),
    nothing: null,
  },
  organizationResendInvitation: { change: aboutInvitation, nothing: null },
  organizationRevokeInvitation: { change: aboutInvitation, nothing: null },
};

/** Another session of whoever has that one. */
export async function signedInAnew({ sessionUuid }: Visit): Promise<Visit> {
  const [session] = await world.database.query<{ user: string }>(
    world.sql`SELECT user_id AS user FROM sessions WHERE id = ${sessionUuid}::uuid`,
  );
  return visit({ uuid: session!.user } as Person);
}

/** Sends the mutation, and gives what it answered: the type of the result, and `changed` where the success says so. */
export async function sent(mutation: string, { by = staff, input }: Call, headers: Record<string, string> = {}) {
  const { ask } = clientOf(world.server, world.settings, () => by.token, headers);
  const success = typeOf(mutation, 'Success');
  const changed = 'changed' in typeNamed(success).getFields() ? `... on ${success} { changed }` : '';
  const members = schema.getPossibleTypes(schema.getType(typeOf(mutation, 'Result')) as never);
  const refusal = members.length > 1 ? '... on MutationError { code message }' : '';
  const selection = `{ __typename ${changed} ${refusal} }`;
  const answer = input
    ? await ask(`mutation ($input: ${typeOf(mutation, 'Input')}!) { ${mutation}(input: $input) ${selection} }`, { input })
    : await ask(`mutation { ${mutation} ${selection} }`);
  return { answer, said: answer.errors[0] ?? answer.data?.[mutation] };
}

/** What a success of it says. */
export const succeeded = (mutation: string, changed: boolean) => ({
  __typename: typeOf(mutation, 'Success'),
  ...('changed' in typeNamed(typeOf(mutation, 'Success')).getFields() && { changed }),
});
