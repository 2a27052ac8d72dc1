import { authStopImpersonating } from '../resolvers/auth/authStopImpersonating.ts';
import { type UserImpersonateInput, userImpersonate } from '../resolvers/user/userImpersonate.ts';
import { signedIn } from './auth.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { doneSuccess } from './outcome.ts';
import { Session } from './session.ts';

const ImpersonateInput = builder.inputRef<UserImpersonateInput>('UserImpersonateInput').implement({
  description: 'As whom to act, why, and where.',
  fields: (t) => ({
    userId: t.id({ required: true, description: '`user_…`' }),
    reason: t.string({ required: true, description: 'Why: 3 to 500 characters. The person reads it, and the audit keeps it.' }),
    organizationId: t.id({
      description: 'The organization that the session stays in, by an active membership of the person. Staff may leave it out.',
    }),
  }),
});

const ImpersonateSuccess = signedIn(
  'UserImpersonateSuccess',
  "The caller acts as somebody else, with these tokens; their own session goes on. The refresh token is never in the cookie, which is the caller's own.",
);

builder.objectField(ImpersonateSuccess, 'session', (t) =>
  t.field({
    type: Session,
    description: 'The session that acts as the person; it ends 60 minutes after it began, at the latest.',
    // It is there: the answer is resolved as this session.
    resolve: async (_success, _args, { asking }) => asking.loaders.session.current((await asking.reach())!.sessionId),
  }),
);

mutation('userImpersonate', {
  description:
    'Gives tokens that act as the user, for 60 minutes, with the caller in the claim `act` and on every audit event. Never nested, never oneself, never somebody as powerful, never a suspended user. Needs `users:impersonate`, or `org:members:impersonate` with an active member of `organizationId`, whose session then stays in that organization and shows nothing of the person beyond it.',
  input: ImpersonateInput,
  success: ImpersonateSuccess,
  errors: ['ValidationError', 'NotFoundError', 'PowerError', 'RuleError'],
  refusedAs: 'impersonation.refused',
  resolve: userImpersonate,
});

mutation('authStopImpersonating', {
  description:
    "Ends the impersonation session that this request came through (`NOT_IMPERSONATING` otherwise). The impersonator's own session was never touched.",
  success: doneSuccess('AuthStopImpersonatingSuccess', 'The impersonation is over.'),
  errors: ['RuleError'],
  resolve: authStopImpersonating,
});
