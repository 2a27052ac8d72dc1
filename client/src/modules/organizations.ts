import type { CallOptions } from '../calls.ts';
import type { ModuleCore } from '../core.ts';
import {
  type InvitationStatus,
  type MembershipOrder,
  type MembershipStatus,
  type MembershipWhere,
  OrganizationAddMemberDocument,
  type OrganizationAddMemberInput,
  OrganizationAssignablePermissionsDocument,
  OrganizationAssignableRolesDocument,
  OrganizationBySlugDocument,
  OrganizationCreateDocument,
  type OrganizationCreateInput,
  OrganizationCreateInvitationDocument,
  type OrganizationCreateInvitationInput,
  OrganizationCreateRoleDocument,
  type OrganizationCreateRoleInput,
  OrganizationDeleteDocument,
  type OrganizationDeleteInput,
  OrganizationDeleteRoleDocument,
  OrganizationDocument,
  OrganizationInvitationsDocument,
  OrganizationMembersDocument,
  type OrganizationOrder,
  OrganizationReactivateDocument,
  OrganizationRemoveMemberDocument,
  OrganizationResendInvitationDocument,
  OrganizationRevokeInvitationDocument,
  OrganizationRolesDocument,
  OrganizationSetMemberRolesDocument,
  type OrganizationSetMemberRolesInput,
  OrganizationSetMemberStatusDocument,
  OrganizationSuspendDocument,
  type OrganizationSuspendInput,
  OrganizationsDocument,
  OrganizationTransferOwnershipDocument,
  OrganizationUpdateDocument,
  type OrganizationUpdateInput,
  OrganizationUpdateRoleDocument,
  type OrganizationUpdateRoleInput,
  type OrganizationWhere,
} from '../generated/operations.ts';
import { allOf, eachOf } from '../paging.ts';
import {
  type InputOf,
  type InvitationRecord,
  type MembershipRecord,
  type OrganizationRecord,
  type PermissionRecord,
  type RoleRecord,
  type RoleWithPermissionsRecord,
  toInput,
  toRecord,
  toRole,
} from '../records.ts';
import { change, changed } from './change.ts';
import { found } from './found.ts';

type FieldsOf<Input extends { organizationId: string }> = Omit<Input, 'organizationId'>;
type MemberFields = Pick<OrganizationAddMemberInput, 'roleCodes'>;
type Expected = Pick<OrganizationSetMemberRolesInput, 'expectedVersion'>;
type RoleFields = Omit<OrganizationUpdateRoleInput, 'organizationId' | 'roleId'>;
interface OrganizationsWanted extends OrganizationWhere {
  /** The newest first unless told. */
  orderBy?: OrganizationOrder | undefined;
}
interface MembersWanted extends MembershipWhere {
  /** The newest first unless told. */
  orderBy?: MembershipOrder | undefined;
}
interface InvitationsWanted {
  /** Pending ones unless told. */
  status?: InvitationStatus[] | undefined;
}

/** Which organizations, and in which order. */
export type OrganizationFilter = InputOf<OrganizationsWanted>;
/** Which members, and in which order. */
export type MemberFilter = InputOf<MembersWanted>;
/** Which invitations. */
export type InvitationFilter = InputOf<InvitationsWanted>;
/** A role that members can have. */
export interface OrganizationRoleRecord extends RoleWithPermissionsRecord {
  /** Null where that is not the reader's to know. */
  member_count: number | null;
}
/** A membership after its roles were set. */
export interface MembershipWithRolesSet extends MembershipRecord {
  added: RoleRecord[];
  removed: RoleRecord[];
}

function methods({ calls }: ModuleCore) {
  function iterate(filter: OrganizationFilter = {}, options?: CallOptions): AsyncGenerator<OrganizationRecord, void> {
    const { orderBy, ...where } = toInput<OrganizationsWanted>(filter);
    return eachOf(calls, options, async (page, asOne) => {
      const variables = { where, orderBy, ...page };
      return found((await calls.call(OrganizationsDocument, variables, asOne)).organizations, 'list');
    });
  }

  function iterateMembers(
    organizationId: string,
    filter: MemberFilter = {},
    options?: CallOptions,
  ): AsyncGenerator<MembershipRecord, void> {
    const { orderBy, ...where } = toInput<MembersWanted>(filter);
    return eachOf(calls, options, async (page, asOne) => {
      const variables = { organizationId, where, orderBy, ...page };
      const { organization } = await calls.call(OrganizationMembersDocument, variables, asOne);
      return found(found(organization, 'organization', organizationId).memberships, 'list');
    });
  }

  function iterateInvitations(
    organizationId: string,
    filter: InvitationFilter = {},
    options?: CallOptions,
  ): AsyncGenerator<InvitationRecord, void> {
    const given = toInput<InvitationsWanted>(filter);
    return eachOf(calls, options, async (page, asOne) => {
      const variables = { ...given, organizationId, ...page };
      const { organization } = await calls.call(OrganizationInvitationsDocument, variables, asOne);
      return found(found(organization, 'organization', organizationId).invitations, 'list');
    });
  }

  async function get(organizationId: string, options?: CallOptions): Promise<OrganizationRecord> {
    const { organization } = await calls.call(OrganizationDocument, { id: organizationId }, options);
    return toRecord(found(organization, 'organization', organizationId));
  }

  async function update(
    organizationId: string,
    input: InputOf<FieldsOf<OrganizationUpdateInput>>,
    options?: CallOptions,
  ): Promise<OrganizationRecord> {
    const given = { ...toInput<FieldsOf<OrganizationUpdateInput>>(input), organizationId };
    return changed(calls, OrganizationUpdateDocument, 'organization', given, options);
  }

  async function listMembers(organizationId: string, filter?: MemberFilter, options?: CallOptions): Promise<MembershipRecord[]> {
    return allOf(iterateMembers(organizationId, filter, options));
  }

  async function removeMember(
    organizationId: string,
    userId: string,
    options?: CallOptions,
  ): Promise<{ removed_membership_id: string }> {
    return change(calls, OrganizationRemoveMemberDocument, { organizationId, userId }, options);
  }

  async function listRoles(organizationId: string, options?: CallOptions): Promise<OrganizationRoleRecord[]> {
    const { organization } = await calls.call(OrganizationRolesDocument, { organizationId }, options);
    return found(organization, 'organization', organizationId).roles.map(toRole);
  }

  return {
    /** Every organization that matches, the newest first unless told. Needs `organizations:read`. */
    async list(filter?: OrganizationFilter, options?: CallOptions): Promise<OrganizationRecord[]> {
      return allOf(iterate(filter, options));
    },

    /** As `list`, one by one; pages are fetched as they are needed. */
    iterate,

    /** An organization. `NotFoundError` unless one is an active member or has `organizations:read`. */
    get,

    /** The same as `get`: one's rights decide. */
    adminGet: get,

    /** The organization of this slug, as `get` gives it. */
    async getBySlug(slug: string, options?: CallOptions): Promise<OrganizationRecord> {
      const { organizationBySlug } = await calls.call(OrganizationBySlugDocument, { slug }, options);
      return toRecord(found(organizationBySlug, 'organization', slug));
    },

    /** Creates an organization; its owner, oneself unless told, becomes its admin. Needs `organizations:create`. `ConflictError` where the slug is taken. */
    async create(input: InputOf<OrganizationCreateInput>, options?: CallOptions): Promise<OrganizationRecord> {
      return changed(calls, OrganizationCreateDocument, 'organization', toInput<OrganizationCreateInput>(input), options);
    },

    /**
     * Changes an organization: a field left out stays, null clears. Needs `org:update` there or `organizations:update`.
     * `ConflictError`, `VersionConflictError`.
     */
    update,

    /** The same as `update`: one's rights decide. */
    adminUpdate: update,

    /** Stops self-service: members still read, and change nothing. Needs `organizations:update`. */
    async suspend(
      organizationId: string,
      input: InputOf<FieldsOf<OrganizationSuspendInput>>,
      options?: CallOptions,
    ): Promise<OrganizationRecord> {
      const given = { ...toInput<FieldsOf<OrganizationSuspendInput>>(input), organizationId };
      return changed(calls, OrganizationSuspendDocument, 'organization', given, options);
    },

    /** Lifts a suspension. Needs `organizations:update`. */
    async reactivate(organizationId: string, options?: CallOptions): Promise<OrganizationRecord> {
      return changed(calls, OrganizationReactivateDocument, 'organization', { organizationId }, options);
    },

    /** Deletes an organization with its memberships, roles and invitations. Needs `organizations:delete`. */
    async delete(
      organizationId: string,
      input: InputOf<FieldsOf<OrganizationDeleteInput>> = {},
      options?: CallOptions,
    ): Promise<{ deleted_organization_id: string; deleted_memberships: number }> {
      const given = { ...toInput<FieldsOf<OrganizationDeleteInput>>(input), organizationId };
      return change(calls, OrganizationDeleteDocument, given, options);
    },

    /** Gives the organization to an active member. Needs to be the owner, or `organizations:update`. `RuleError`. */
    async transferOwnership(organizationId: string, newOwnerId: string, options?: CallOptions): Promise<OrganizationRecord> {
      return changed(calls, OrganizationTransferOwnershipDocument, 'organization', { organizationId, newOwnerId }, options);
    },

    /** Every member that matches, the newest first unless told. Needs `org:members:read` there or staff. */
    listMembers,

    /** The same as `listMembers`: one's rights decide. */
    adminListMembers: listMembers,

    /** As `listMembers`, one by one; pages are fetched as they are needed. */
    iterateMembers,

    /** Adds an existing user, as `org_member` unless told. Needs `organizations:members`. `ConflictError` for a member. */
    async addMember(
      organizationId: string,
      userId: string,
      input: InputOf<MemberFields> = {},
      options?: CallOptions,
    ): Promise<MembershipRecord> {
      const given = { ...toInput<MemberFields>(input), organizationId, userId };
      return changed(calls, OrganizationAddMemberDocument, 'membership', given, options);
    },

    /** Suspends a member, or lifts that. Needs `org:members:update` there or `organizations:members`. `RuleError` for the owner. */
    async updateMemberStatus(
      organizationId: string,
      userId: string,
      status: InputOf<MembershipStatus>,
      options?: CallOptions,
    ): Promise<MembershipRecord> {
      const given = toInput<{ status: MembershipStatus }>({ status });
      return changed(calls, OrganizationSetMemberStatusDocument, 'membership', { ...given, organizationId, userId }, options);
    },

    /** Ends a membership at once. Needs `org:members:remove` there or `organizations:members`. `RuleError` for the owner. */
    removeMember,

    /** The same as `removeMember`: one's rights decide. */
    adminRemoveMember: removeMember,

    /**
     * Replaces a member's roles as a whole, by codes; `[]` means `org_member`. Needs `org:members:update` there or
     * `organizations:members`. `PowerError` for what is more than one's own, `RuleError`, `VersionConflictError`.
     */
    async setMemberRoles(
      organizationId: string,
      userId: string,
      roleCodes: readonly string[],
      input: InputOf<Expected> = {},
      options?: CallOptions,
    ): Promise<MembershipWithRolesSet> {
      const given = { ...toInput<Expected>(input), organizationId, userId, roleCodes: [...roleCodes] };
      return changed(calls, OrganizationSetMemberRolesDocument, 'membership', given, options);
    },

    /** The roles that members can have, built-in ones and the organization's own, most powerful first. */
    listRoles,

    /** One of `listRoles`, by its id. */
    async getRole(organizationId: string, roleId: string, options?: CallOptions): Promise<OrganizationRoleRecord> {
      const roles = await listRoles(organizationId, options);
      return found(
        roles.find(({ id }) => id === roleId),
        'role',
        roleId,
      );
    },

    /** The roles that one may give to members now. */
    async listAssignableRoles(organizationId: string, options?: CallOptions): Promise<RoleWithPermissionsRecord[]> {
      const { organization } = await calls.call(OrganizationAssignableRolesDocument, { organizationId }, options);
      return found(organization, 'organization', organizationId).assignableRoles.map(toRole);
    },

    /** The permissions that the organization's own roles may carry. Needs `org:roles:read` there or staff. */
    async listAssignablePermissions(organizationId: string, options?: CallOptions): Promise<PermissionRecord[]> {
      const { organization } = await calls.call(OrganizationAssignablePermissionsDocument, { organizationId }, options);
      return toRecord(found(found(organization, 'organization', organizationId).assignablePermissions, 'list'));
    },

    /**
     * Creates a role of the organization's own. Needs `org:roles:create` there or `organizations:update`.
     * `ConflictError` where the code is taken, `PowerError` for what one does not hold.
     */
    async createRole(
      organizationId: string,
      input: InputOf<FieldsOf<OrganizationCreateRoleInput>>,
      options?: CallOptions,
    ): Promise<RoleWithPermissionsRecord> {
      const given = { ...toInput<FieldsOf<OrganizationCreateRoleInput>>(input), organizationId };
      return toRole((await calls.mutate(OrganizationCreateRoleDocument, { input: given }, options)).role);
    },

    /** Changes a role of the organization's own: a field left out stays. Needs `org:roles:update` there or `organizations:update`. */
    async updateRole(
      organizationId: string,
      roleId: string,
      input: InputOf<RoleFields>,
      options?: CallOptions,
    ): Promise<RoleWithPermissionsRecord> {
      const given = { ...toInput<RoleFields>(input), organizationId, roleId };
      return toRole((await calls.mutate(OrganizationUpdateRoleDocument, { input: given }, options)).role);
    },

    /** Takes a role of the organization's own from every member, and deletes it. Needs `org:roles:delete` there or `organizations:update`. */
    async deleteRole(
      organizationId: string,
      roleId: string,
      options?: CallOptions,
    ): Promise<{ deleted_role_id: string; affected_members: number }> {
      return change(calls, OrganizationDeleteRoleDocument, { organizationId, roleId }, options);
    },

    /**
     * Invites by e-mail, as `org_member` unless told; where one was pending (`replaced`), its link is dead. Needs `org:members:invite`
     * there or `organizations:members`. `ConflictError` for a member, `PowerError`.
     */
    async createInvitation(
      organizationId: string,
      input: InputOf<FieldsOf<OrganizationCreateInvitationInput>>,
      options?: CallOptions,
    ): Promise<InvitationRecord & { replaced: boolean }> {
      const given = { ...toInput<FieldsOf<OrganizationCreateInvitationInput>>(input), organizationId };
      return changed(calls, OrganizationCreateInvitationDocument, 'invitation', given, options);
    },

    /** The pending invitations, or those of another status, the newest first. Needs `org:members:read` there or staff. */
    async listInvitations(organizationId: string, filter?: InvitationFilter, options?: CallOptions): Promise<InvitationRecord[]> {
      return allOf(iterateInvitations(organizationId, filter, options));
    },

    /** As `listInvitations`, one by one; pages are fetched as they are needed. */
    iterateInvitations,

    /** A new link for a pending or expired invitation. Needs `org:members:invite` there or `organizations:members`. `InvitationError`. */
    async resendInvitation(organizationId: string, invitationId: string, options?: CallOptions): Promise<InvitationRecord> {
      return changed(calls, OrganizationResendInvitationDocument, 'invitation', { organizationId, invitationId }, options);
    },

    /** Withdraws a pending invitation. Needs `org:members:invite` there or `organizations:members`. `InvitationError`. */
    async revokeInvitation(organizationId: string, invitationId: string, options?: CallOptions): Promise<InvitationRecord> {
      return changed(calls, OrganizationRevokeInvitationDocument, 'invitation', { organizationId, invitationId }, options);
    },
  };
}

/** Organizations, their members, roles and invitations: for members by their permissions there, for staff without a membership. */
export interface OrganizationsModule extends ReturnType<typeof methods> {}

/** Made as a type with a name, so that an editor shows that and what its methods say. */
export const organizationsModule: (core: ModuleCore) => OrganizationsModule = methods;
