import { encodeId } from '../ids.ts';
import { type AppCreateInput, appCreate } from '../resolvers/app/appCreate.ts';
import { type AppDeleteInput, appDelete } from '../resolvers/app/appDelete.ts';
import { type AppGrantUserInput, appGrantUser } from '../resolvers/app/appGrantUser.ts';
import { type AppRevokeUserInput, appRevokeUser } from '../resolvers/app/appRevokeUser.ts';
import { type AppUpdateInput, appUpdate } from '../resolvers/app/appUpdate.ts';
import { AppStatus } from './app.ts';
import { AppGrant } from './app-grant.ts';
import { App } from './app-type.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { present } from './outcome.ts';

/** What a mutation comes to that is about one app. */
interface AppOutcome {
  readonly appId: string;
}

/** A success that shows the app and no more. */
const appSuccess = (name: string, description: string) =>
  builder.objectRef<AppOutcome>(name).implement({
    description,
    fields: (t) => ({
      app: t.field({
        type: App,
        description: 'The app as it is now.',
        resolve: ({ appId }, _args, { asking }) => present(asking.loaders.app.byId.load(appId)),
      }),
    }),
  });

// ---------------------------------------------------------------- create, update, delete

const CreateInput = builder.inputRef<AppCreateInput>('AppCreateInput').implement({
  description: 'What the app is. Null is as left out.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Lower-case letters, digits, `-` and `_`; 100 at most. Never changes.' }),
    name: t.string({ required: true, description: '1 to 200 characters.' }),
    description: t.string({ description: '2,000 characters at most.' }),
    url: t.string({ description: 'http or https.' }),
    autoGrantOnSignup: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether a login grants access by itself, to a user whose grant was revoked as well.',
    }),
    homePoolCode: t.string({ description: 'The pool that new users of the app register into; `default` unless told.' }),
    readPoolCodes: t.stringList({
      description:
        'Pools in which a login finds its user, in this order, after the home pool; naming the home pool as well changes nothing.',
    }),
  }),
});

mutation('appCreate', {
  description: 'Creates an app. Needs `apps:manage`.',
  input: CreateInput,
  success: appSuccess('AppCreateSuccess', 'The app exists.'),
  errors: ['ValidationError', 'ConflictError', 'NotFoundError', 'RuleError'],
  resolve: appCreate,
});

const UpdateInput = builder.inputRef<AppUpdateInput>('AppUpdateInput').implement({
  description: 'Which app to change, and what: a field left out stays, null clears.',
  fields: (t) => ({
    appId: t.id({ required: true, description: '`app_…`' }),
    name: t.string({ description: '1 to 200 characters. Never empty.' }),
    description: t.string({ description: '2,000 characters at most.' }),
    url: t.string({ description: 'http or https.' }),
    status: t.field({ type: AppStatus, description: 'Whether it takes logins and refreshes. Never empty.' }),
    autoGrantOnSignup: t.boolean({
      description: 'Whether a login grants access by itself, to a user whose grant was revoked as well. Never empty.',
    }),
    homePoolCode: t.string({
      description: 'The pool that new users of the app register into; the former one is read no more. Never empty.',
    }),
    readPoolCodes: t.stringList({
      description:
        'Pools in which a login finds its user, in this order, after the home pool: all of them, none for null. Naming the home pool as well changes nothing.',
    }),
    expectedVersion: t.int({ description: '`App.version` as it was read; refuses where it has moved.' }),
  }),
});

mutation('appUpdate', {
  description: 'A field left out stays, null clears; the code never changes. Needs `apps:manage`.',
  input: UpdateInput,
  success: appSuccess('AppUpdateSuccess', 'The app is as it is to be.'),
  errors: ['ValidationError', 'NotFoundError', 'VersionConflictError', 'RuleError'],
  resolve: appUpdate,
});

const DeleteInput = builder.inputRef<AppDeleteInput>('AppDeleteInput').implement({
  description: 'Which app to delete, and why.',
  fields: (t) => ({
    appId: t.id({ required: true, description: '`app_…`' }),
    reason: t.string({ description: '3 to 500 characters; kept in the audit.' }),
  }),
});

mutation('appDelete', {
  description: 'Deletes the app and every grant of it, and ends the sessions that signed in to it. Needs `apps:manage`.',
  input: DeleteInput,
  success: builder.objectRef<AppOutcome & { readonly deletedGrants: number }>('AppDeleteSuccess').implement({
    description: 'The app is gone.',
    fields: (t) => ({
      deletedAppId: t.id({ description: '`app_…`', resolve: ({ appId }) => encodeId('app', appId) }),
      deletedGrants: t.exposeInt('deletedGrants', { description: 'How many grants went with it, revoked ones included.' }),
    }),
  }),
  errors: ['ValidationError', 'NotFoundError', 'RuleError'],
  resolve: appDelete,
});

// ---------------------------------------------------------------- access

const accessInput = <Input extends { readonly appId: string; readonly userId: string }>(name: string, description: string) =>
  builder.inputRef<Input>(name).implement({
    description,
    fields: (t) =>
      ({
        appId: t.id({ required: true, description: '`app_…`' }),
        userId: t.id({ required: true, description: '`user_…`' }),
      }) as never,
  });

interface GrantOutcome {
  readonly grantId: string;
  readonly changed: boolean;
}

mutation('appGrantUser', {
  description: 'Gives access; a revoked grant is active again, an active one stays as it is. Needs `apps:grant`.',
  input: accessInput<AppGrantUserInput>('AppGrantUserInput', 'To which app, and whom.'),
  success: builder.objectRef<GrantOutcome>('AppGrantUserSuccess').implement({
    description: 'The person has access.',
    fields: (t) => ({
      grant: t.field({
        type: AppGrant,
        description: 'The one grant of this person for this app.',
        resolve: ({ grantId }, _args, { asking }) => present(asking.loaders.appGrant.byId.load(grantId)),
      }),
      changed: t.exposeBoolean('changed', { description: 'False where they had access already.' }),
    }),
  }),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: appGrantUser,
});

interface RevokeOutcome {
  readonly grantId: string | null;
  readonly changed: boolean;
  readonly readmittedOnLogin: boolean;
}

mutation('appRevokeUser', {
  description:
    'Takes access to this app alone, and ends the sessions that signed in to it. `readmittedOnLogin` warns of an app that grants on login. No grant is no error. Needs `apps:grant`.',
  input: accessInput<AppRevokeUserInput>('AppRevokeUserInput', 'To which app, and whose.'),
  success: builder.objectRef<RevokeOutcome>('AppRevokeUserSuccess').implement({
    description: 'The person has no access.',
    fields: (t) => ({
      grant: t.field({
        type: AppGrant,
        nullable: true,
        description: 'The grant, revoked; null where there is none.',
        resolve: ({ grantId }, _args, { asking }) =>
          grantId === null ? null : present(asking.loaders.appGrant.byId.load(grantId)),
      }),
      changed: t.exposeBoolean('changed', { description: 'False where they had no access.' }),
      readmittedOnLogin: t.exposeBoolean('readmittedOnLogin', {
        description: 'Whether their next login to the app gives them access again (`autoGrantOnSignup`).',
      }),
    }),
  }),
  errors: ['NotFoundError', 'PowerError', 'RuleError'],
  resolve: appRevokeUser,
});
