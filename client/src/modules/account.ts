import type { CallOptions } from '../calls.ts';
import type { ModuleCore } from '../core.ts';
import {
  AccountAcceptInvitationDocument,
  type AccountAcceptInvitationInput,
  AccountChangePasswordDocument,
  type AccountChangePasswordInput,
  AccountDeclineInvitationDocument,
  AccountDocument,
  AccountInvitationsDocument,
  AccountLeaveOrganizationDocument,
  AccountMembershipsDocument,
  AccountRequestPasswordResetDocument,
  AccountResetPasswordDocument,
  type AccountResetPasswordInput,
  AccountSessionsDocument,
  AccountSignUpDocument,
  type AccountSignUpInput,
  AccountUpdateDocument,
  type AccountUpdateInput,
  InvitationByTokenDocument,
} from '../generated/operations.ts';
import {
  type InputOf,
  type InvitationRecord,
  type MembershipRecord,
  type SessionRecord,
  toInput,
  toRecord,
  type UserRecord,
  type ViewerRecord,
} from '../records.ts';
import { change, changed } from './change.ts';
import { found, signedIn } from './found.ts';

type SignUp = Omit<AccountSignUpInput, 'useCookie'>;

/** Who signed up, and the membership that the invitation gave. */
export interface SignedUpRecord extends ViewerRecord {
  membership: MembershipRecord;
}

function methods({ calls, session, appCode }: ModuleCore) {
  return {
    /** Oneself. `UnauthenticatedError` where nobody is signed in. */
    async get(options?: CallOptions): Promise<UserRecord> {
      return toRecord(signedIn((await calls.call(AccountDocument, {}, options)).viewer).user);
    },

    /** Changes one's profile: a field left out stays, null clears. `VersionConflictError`. */
    async update(input: InputOf<AccountUpdateInput>, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, AccountUpdateDocument, 'user', toInput<AccountUpdateInput>(input), options);
    },

    /** Changes one's password, and ends every other session. `AuthenticationError` for a wrong present one, `ValidationError` for a weak new one. */
    async changePassword(input: InputOf<AccountChangePasswordInput>, options?: CallOptions): Promise<UserRecord> {
      return changed(calls, AccountChangePasswordDocument, 'user', toInput<AccountChangePasswordInput>(input), options);
    },

    /** Mails a link to set a new password. Nothing tells whether the address is known. For anyone. */
    async requestPasswordReset(email: string, options?: CallOptions): Promise<void> {
      await change(calls, AccountRequestPasswordResetDocument, { email, appCode }, options);
    },

    /** Sets a password with the link's token, and ends every session. For anyone. `AuthenticationError` for a link that does not hold. */
    async resetPassword(input: InputOf<AccountResetPasswordInput>, options?: CallOptions): Promise<void> {
      await change(calls, AccountResetPasswordDocument, toInput<AccountResetPasswordInput>(input), options);
    },

    /**
     * Creates the account of an invited person who has none, accepts the invitation and signs in. For anyone.
     * `InvitationError`, `ConflictError` where there is an account.
     */
    async signUp(input: InputOf<SignUp>, options?: CallOptions): Promise<SignedUpRecord> {
      const { viewer, membership } = await session.signIn(
        toInput<SignUp>(input),
        (input, manner) => calls.mutate(AccountSignUpDocument, { input }, manner),
        options,
      );
      return { ...toRecord(viewer), membership: toRecord(membership) };
    },

    /** One's live sessions, the most recently active first, 100 at most. `users.terminateSession` ends one. */
    async listSessions(options?: CallOptions): Promise<SessionRecord[]> {
      return toRecord(signedIn((await calls.call(AccountSessionsDocument, {}, options)).viewer).user.sessions);
    },

    /** One's own active memberships, whatever organization the session is in: what an organization switcher shows. */
    async getMyOrgs(options?: CallOptions): Promise<MembershipRecord[]> {
      return toRecord(signedIn((await calls.call(AccountMembershipsDocument, {}, options)).viewer).memberships);
    },

    /** Pending invitations to one's verified address. */
    async listMyInvitations(options?: CallOptions): Promise<InvitationRecord[]> {
      return toRecord(signedIn((await calls.call(AccountInvitationsDocument, {}, options)).viewer).invitations);
    },

    /** What the link of an invitation is for. For anyone who holds its token. */
    async getInvitation(token: string, options?: CallOptions): Promise<InvitationRecord> {
      return toRecord(found((await calls.call(InvitationByTokenDocument, { token }, options)).invitationByToken, 'invitation'));
    },

    /** Accepts by the invitation's id, or by its link with `{ token }`. `auth.switchOrg` then works in the organization. `InvitationError`. */
    async acceptInvitation(
      invitation: string | InputOf<AccountAcceptInvitationInput>,
      options?: CallOptions,
    ): Promise<MembershipRecord> {
      const input =
        typeof invitation === 'string' ? { invitationId: invitation } : toInput<AccountAcceptInvitationInput>(invitation);
      return changed(calls, AccountAcceptInvitationDocument, 'membership', input, options);
    },

    /** Declines an invitation to one's address. `InvitationError` where it was used already. */
    async declineInvitation(invitationId: string, options?: CallOptions): Promise<InvitationRecord> {
      return changed(calls, AccountDeclineInvitationDocument, 'invitation', { invitationId }, options);
    },

    /** Ends one's own membership. `RuleError` for the owner and the last organization admin. */
    async leaveOrganization(organizationId: string, options?: CallOptions): Promise<{ organization_id: string }> {
      return change(calls, AccountLeaveOrganizationDocument, { organizationId }, options);
    },
  };
}

/** What one does with one's own account, and with links that came by mail. */
export interface AccountModule extends ReturnType<typeof methods> {}

/** Made as a type with a name, so that an editor shows that and what its methods say. */
export const accountModule: (core: ModuleCore) => AccountModule = methods;
