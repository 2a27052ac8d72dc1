import type { ObjectRef } from '@pothos/core';
import type { TurnedAway } from '../admission.ts';
import { appCapabilities } from '../resolvers/app/capabilities.ts';
import type { Capability as Judged } from '../resolvers/capability.ts';
import { invitationCapabilities } from '../resolvers/invitation/capabilities.ts';
import { organizationCapabilities } from '../resolvers/organization/capabilities.ts';
import { membershipCapabilities } from '../resolvers/organization/member-capabilities.ts';
import { roleCapabilities } from '../resolvers/organization/role-capabilities.ts';
import { poolCapabilities } from '../resolvers/pool/capabilities.ts';
import { userCapabilities } from '../resolvers/user/capabilities.ts';
import { App } from './app-type.ts';
import { builder } from './builder.ts';
import { Invitation } from './invitation.ts';
import { Membership } from './membership.ts';
import { Organization } from './organization-type.ts';
import { Pool } from './pool.ts';
import { Role } from './role.ts';
import { User } from './user-type.ts';

const Capability = builder.objectRef<{ readonly refusal: TurnedAway }>('Capability').implement({
  description:
    'One answer of `viewerCan`: what the mutation of that name would say now, before it looks at the rest of its input. Limits by the hour are not looked at.',
  fields: (t) => ({
    allowed: t.boolean({ description: 'Whether it would do it.', resolve: ({ refusal }) => refusal === false }),
    code: t.string({
      nullable: true,
      description: 'Why not: the code that the mutation would answer with; `FORBIDDEN` where a permission is lacking.',
      resolve: ({ refusal }) => (refusal ? refusal.code : null),
    }),
    reason: t.string({
      nullable: true,
      description: 'Why not, in one sentence.',
      resolve: ({ refusal }) => (refusal ? refusal.message : null),
    }),
  }),
});

interface Capabilities<Row> {
  readonly typeName: string;
  readonly description: string;
  readonly capabilities: Readonly<Record<string, Judged<Row>>>;
  /** What the input is taken to say, where the name of a capability leaves it open. */
  readonly given?: Readonly<Record<string, string>>;
}

/** Gives a type its `viewerCan`: a field for each capability, which answers as its mutation would. */
function viewerCan<Row>(of: ObjectRef<any, Row>, { typeName, description, capabilities, given = {} }: Capabilities<Row>): void {
  const type = builder.objectRef<{ readonly row: Row }>(typeName).implement({
    description,
    fields: (t) =>
      Object.fromEntries(
        Object.entries(capabilities).map(([name, { mutation, judge }]) => [
          name,
          t.field({
            type: Capability,
            description: `What \`${mutation}\` would say${given[name] ?? ''}.`,
            resolve: async ({ row }, _args, { asking }) => ({ refusal: await judge(asking, row) }),
          }),
        ]),
      ),
  });
  builder.objectField(of, 'viewerCan', (t) =>
    t.field({
      type,
      description: `${description} An admin screen needs no rules of its own.`,
      resolve: (row) => ({ row }) as never,
    }),
  );
}

viewerCan(User, {
  typeName: 'UserCapabilities',
  description: 'What the caller may do to this user now, with the reason where it may not.',
  capabilities: userCapabilities,
  given: {
    setRoles: ' to the roles that the user has',
    impersonate: ' without an organization',
    setHomePool: ' of a pool where nobody has the address',
    tagPools: ' of a pool where nobody has the address',
    grantApps: ' of an app that takes logins',
  },
});

viewerCan(Organization, {
  typeName: 'OrganizationCapabilities',
  description: 'What the caller may do to this organization now, with the reason where it may not.',
  capabilities: organizationCapabilities,
  given: {
    transferOwnership: ' of a member who can own it',
    addMember: ' of somebody who is none yet',
    createInvitation: ' of an address that no member has',
  },
});

viewerCan(Membership, {
  typeName: 'MembershipCapabilities',
  description: 'What the caller may do to this member now, with the reason where it may not.',
  capabilities: membershipCapabilities,
  given: {
    setRoles: ' to the roles that the member has',
    setStatus: ' to the status that the membership does not have',
    makeOwner: ' with this member as the new owner',
    impersonate: ' with the organization of this membership',
  },
});

viewerCan(Role, {
  typeName: 'RoleCapabilities',
  description:
    'What the caller may do to this role now, with the reason where it may not; `BUILT_IN` for whoever asks of a built-in one.',
  capabilities: roleCapabilities,
});

viewerCan(Invitation, {
  typeName: 'InvitationCapabilities',
  description: 'What the caller may do to this invitation now, with the reason where it may not.',
  capabilities: invitationCapabilities,
});

viewerCan(App, {
  typeName: 'AppCapabilities',
  description: 'What the caller may do to this app now, with the reason where it may not.',
  capabilities: appCapabilities,
  given: { grantUser: ' of a user within reach' },
});

viewerCan(Pool, {
  typeName: 'PoolCapabilities',
  description: 'What the caller may do to this pool now, with the reason where it may not.',
  capabilities: poolCapabilities,
});
