import { type AccountAcceptInvitationInput, accountAcceptInvitation } from '../resolvers/account/accountAcceptInvitation.ts';
import { type AccountDeclineInvitationInput, accountDeclineInvitation } from '../resolvers/account/accountDeclineInvitation.ts';
import { type AccountSignUpInput, accountSignUp } from '../resolvers/account/accountSignUp.ts';
import { signedIn } from './auth.ts';
import { builder } from './builder.ts';
import { invitationSuccess } from './invitation-outcome.ts';
import { mutation } from './mutation.ts';
import { type MembershipOutcome, membershipSuccess, theMembership } from './organization-outcome.ts';

const AcceptInvitationInput = builder.inputRef<AccountAcceptInvitationInput>('AccountAcceptInvitationInput').implement({
  description: 'Which invitation: by its id, or by its link.',
  isOneOf: true,
  fields: (t) => ({
    invitationId: t.id({ description: "`inv_…`, of one to the caller's verified address." }),
    token: t.string({ description: 'The `token` of the link.' }),
  }),
});

mutation('accountAcceptInvitation', {
  description:
    "Accepts by id where the caller's verified e-mail address is the invited one, or by the link's token, which proves the address. Tokens stay as they are: call `authSwitchOrganization`.",
  input: AcceptInvitationInput,
  success: membershipSuccess('AccountAcceptInvitationSuccess', 'The caller is a member from now on.'),
  errors: ['ValidationError', 'NotFoundError', 'InvitationError', 'RuleError', 'ConflictError'],
  resolve: accountAcceptInvitation,
});

const DeclineInvitationInput = builder.inputRef<AccountDeclineInvitationInput>('AccountDeclineInvitationInput').implement({
  description: 'Which invitation.',
  fields: (t) => ({ invitationId: t.id({ required: true, description: '`inv_…`' }) }),
});

mutation('accountDeclineInvitation', {
  description: "Declines an invitation to the caller's address; an expired one too.",
  input: DeclineInvitationInput,
  success: invitationSuccess('AccountDeclineInvitationSuccess', 'The invitation is declined; its link is dead.'),
  errors: ['NotFoundError', 'InvitationError', 'RuleError'],
  resolve: accountDeclineInvitation,
});

const SignUpInput = builder.inputRef<AccountSignUpInput>('AccountSignUpInput').implement({
  description: 'The link, and what the account begins with.',
  fields: (t) => ({
    invitationToken: t.string({ required: true, description: 'The `token` of the link.' }),
    name: t.string({ description: '1 to 200 characters.' }),
    password: t.string({
      required: true,
      description:
        '12 characters or more, 256 bytes at most; no common one, and neither the e-mail address nor the product in it.',
    }),
    appCode: t.string({ description: 'The app to sign in to; the account is at home in its pool.' }),
    useCookie: t.boolean({
      required: true,
      defaultValue: false,
      description: 'For browsers: the refresh token goes into an HttpOnly, SameSite=Strict cookie.',
    }),
  }),
});

const SignUpSuccess = signedIn('AccountSignUpSuccess', 'The account is made and signed in, and its person is a member.');
builder.objectField(SignUpSuccess, 'membership', (t) =>
  t.field({
    ...theMembership,
    resolve: (outcome, args, context) => theMembership.resolve(outcome as typeof outcome & MembershipOutcome, args, context),
  }),
);

mutation('accountSignUp', {
  description:
    'Creates the account of an invited person who has none, with the invited address verified, in the home pool of the app (`default` without one), accepts the invitation and signs in.',
  input: SignUpInput,
  success: SignUpSuccess,
  errors: ['ValidationError', 'NotFoundError', 'InvitationError', 'ConflictError', 'RuleError', 'AuthenticationError'],
  resolve: accountSignUp,
});
