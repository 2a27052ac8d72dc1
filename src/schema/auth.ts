import type { Tokens } from '../auth/tokens.ts';
import type { Reach } from '../reach.ts';
import { type AuthLoginInput, authLogin } from '../resolvers/auth/authLogin.ts';
import { authLogout } from '../resolvers/auth/authLogout.ts';
import { authLogoutEverywhere } from '../resolvers/auth/authLogoutEverywhere.ts';
import { type AuthRefreshInput, authRefresh } from '../resolvers/auth/authRefresh.ts';
import { type AuthSwitchOrganizationInput, authSwitchOrganization } from '../resolvers/auth/authSwitchOrganization.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { doneSuccess } from './outcome.ts';
import { Viewer } from './viewer.ts';

const AuthTokens = builder.objectRef<Tokens>('AuthTokens').implement({
  description: 'What a client comes back with.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      description: 'A signed JWT, 15 minutes. Others verify it with the keys at `/.well-known/jwks.json`.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      description: 'Opaque, for one use; each refresh gives the next. Null where it went into the cookie instead.',
    }),
    tokenType: t.exposeString('tokenType', { description: '`Bearer`, always.' }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Seconds until the access token expires.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the access token expires.' }),
  }),
});

/** A success that opened a session, or changed what one may do: with its tokens, and the caller as that session. */
export const signedIn = (name: string, description: string) =>
  builder.objectRef<{ tokens: Tokens }>(name).implement({
    description,
    fields: (t) => ({
      tokens: t.expose('tokens', { type: AuthTokens, description: 'What the client comes back with from now on.' }),
      viewer: t.field({
        type: Viewer,
        description: 'The caller, as the new access token describes it.',
        // It is there: the answer is resolved as the session that the tokens are of.
        resolve: async (_success, _args, { asking }): Promise<Reach> => (await asking.reach())!,
      }),
    }),
  });

// ---------------------------------------------------------------- signing in

const LoginInput = builder.inputRef<AuthLoginInput>('AuthLoginInput').implement({
  description: 'Who signs in, to what, and for how long.',
  fields: (t) => ({
    email: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'The address. What is none answers like a wrong password.',
    }),
    password: t.string({ required: true, description: 'The password, 256 bytes at most.' }),
    appCode: t.string({ description: 'The app to sign in to; its pools are searched for the address.' }),
    organizationId: t.id({ description: 'The organization to scope the session to; an active membership is needed.' }),
    rememberMe: t.boolean({ required: true, defaultValue: false, description: 'Refresh tokens live for 30 days instead of 7.' }),
    useCookie: t.boolean({
      required: true,
      defaultValue: false,
      description: 'For browsers: the refresh token goes into an HttpOnly, SameSite=Strict cookie.',
    }),
  }),
});

mutation('authLogin', {
  description:
    "Signs in with a password. The user is looked for in the app's read pools, home pool first (`default` without an app). Wrong address and wrong password answer alike, and take as long. An app with `autoGrantOnSignup` gives access here. `useCookie`, for browsers, puts the refresh token into an HttpOnly, SameSite=Strict cookie.",
  input: LoginInput,
  success: signedIn('AuthLoginSuccess', 'A session was opened.'),
  errors: ['AuthenticationError'],
  resolve: authLogin,
});

// ---------------------------------------------------------------- staying signed in

const RefreshInput = builder.inputRef<AuthRefreshInput>('AuthRefreshInput').implement({
  description: 'Which token to exchange, and the scope to have from then on.',
  fields: (t) => ({
    refreshToken: t.string({ description: "The token; the cookie's where left out, with the header `X-Steward-CSRF: 1`." }),
    organizationId: t.id({ description: 'Left out it keeps the organization scope, given it sets it, null leaves it.' }),
  }),
});

mutation('authRefresh', {
  description:
    "Exchanges a refresh token, the cookie's unless given, for the next pair. Of parallel uses one wins and the others get `REFRESH_CONFLICT`; a used token that comes back later ends its session (`REFRESH_TOKEN_REUSED`). Roles, membership, grant and status are read afresh. `organizationId` left out keeps the organization scope, given sets it, null leaves it; a refused scope leaves the token unused.",
  input: RefreshInput,
  success: signedIn('AuthRefreshSuccess', 'The session goes on.'),
  errors: ['AuthenticationError'],
  resolve: authRefresh,
});

const SwitchOrganizationInput = builder.inputRef<AuthSwitchOrganizationInput>('AuthSwitchOrganizationInput').implement({
  description: 'Where to.',
  fields: (t) => ({
    organizationId: t.id({ description: "An organization of the caller's; null for none." }),
  }),
});

mutation('authSwitchOrganization', {
  description:
    "Scopes this session to an organization of the caller's, or (null) to none, and gives a new access token; the refresh token stays (`refreshToken` is null).",
  input: SwitchOrganizationInput,
  success: signedIn(
    'AuthSwitchOrganizationSuccess',
    'The session is scoped so from now on; access tokens issued before are stale.',
  ),
  errors: ['AuthenticationError', 'NotFoundError', 'RuleError'],
  resolve: authSwitchOrganization,
});

// ---------------------------------------------------------------- signing out

mutation('authLogout', {
  description: 'Ends this session.',
  success: doneSuccess('AuthLogoutSuccess', 'The session is over.'),
  errors: [],
  resolve: authLogout,
});

mutation('authLogoutEverywhere', {
  description: 'Ends every session of the caller, this one included.',
  success: builder.objectRef<{ revokedSessions: number }>('AuthLogoutEverywhereSuccess').implement({
    description: 'Every session is over.',
    fields: (t) => ({
      revokedSessions: t.exposeInt('revokedSessions', {
        description: 'How many sessions of the caller ended, this one included.',
      }),
    }),
  }),
  errors: ['RuleError'],
  resolve: authLogoutEverywhere,
});
