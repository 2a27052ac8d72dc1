import type { CallOptions } from '../calls.ts';
import type { ModuleCore } from '../core.ts';
import {
  AppByCodeDocument,
  AppCreateDocument,
  type AppCreateInput,
  AppDeleteDocument,
  type AppDeleteInput,
  AppDocument,
  type AppGrantStatus,
  AppGrantsDocument,
  AppGrantUserDocument,
  AppRevokeUserDocument,
  AppsDocument,
  AppUpdateDocument,
  type AppUpdateInput,
  UserAppGrantsDocument,
} from '../generated/operations.ts';
import { allOf, eachOf } from '../paging.ts';
import { type AppGrantRecord, type AppRecord, type InputOf, toInput, toRecord } from '../records.ts';
import { change, changed } from './change.ts';
import { found } from './found.ts';

type FieldsOf<Input extends { appId: string }> = Omit<Input, 'appId'>;
interface GrantsWanted {
  /** Active ones unless told. */
  status?: AppGrantStatus[] | undefined;
}
interface GrantsOfAppWanted extends GrantsWanted {
  /** Every word must occur in the user's e-mail address, name or external id. */
  search?: string | undefined;
}

/** Which grants of a user. */
export type AppGrantFilter = InputOf<GrantsWanted>;
/** Which grants of an app. */
export type AppUserFilter = InputOf<GrantsOfAppWanted>;
/** An app with how many users have access. */
export interface AppWithUserCount extends AppRecord {
  user_count: number | null;
}

const active: AppGrantStatus[] = ['ACTIVE'];

function methods({ calls }: ModuleCore) {
  function iterateUsers(appId: string, filter: AppUserFilter = {}, options?: CallOptions): AsyncGenerator<AppGrantRecord, void> {
    const { status = active, search } = toInput<GrantsOfAppWanted>(filter);
    return eachOf(calls, options, async (page, asOne) => {
      const { app } = await calls.call(AppGrantsDocument, { status, search, appId, ...page }, asOne);
      return found(found(app, 'app', appId).grants, 'list');
    });
  }

  return {
    /** Every app. Needs `apps:read`. */
    async list(options?: CallOptions): Promise<AppWithUserCount[]> {
      return toRecord(found((await calls.call(AppsDocument, {}, options)).apps, 'list'));
    },

    /** An app. `NotFoundError` unless one has a grant for it or `apps:read`. */
    async get(appId: string, options?: CallOptions): Promise<AppRecord> {
      return toRecord(found((await calls.call(AppDocument, { id: appId }, options)).app, 'app', appId));
    },

    /** The app of this code, as `get` gives it. */
    async getByCode(code: string, options?: CallOptions): Promise<AppRecord> {
      return toRecord(found((await calls.call(AppByCodeDocument, { code }, options)).appByCode, 'app', code));
    },

    /** Creates an app. Needs `apps:manage`. `ConflictError` where the code is taken. */
    async create(input: InputOf<AppCreateInput>, options?: CallOptions): Promise<AppRecord> {
      return changed(calls, AppCreateDocument, 'app', toInput<AppCreateInput>(input), options);
    },

    /** Changes an app: a field left out stays, null clears. Needs `apps:manage`. `VersionConflictError`. */
    async update(appId: string, input: InputOf<FieldsOf<AppUpdateInput>>, options?: CallOptions): Promise<AppRecord> {
      return changed(calls, AppUpdateDocument, 'app', { ...toInput<FieldsOf<AppUpdateInput>>(input), appId }, options);
    },

    /** Deletes an app and every grant of it. Needs `apps:manage`. */
    async delete(
      appId: string,
      input: InputOf<FieldsOf<AppDeleteInput>> = {},
      options?: CallOptions,
    ): Promise<{ deleted_app_id: string; deleted_grants: number }> {
      return change(calls, AppDeleteDocument, { ...toInput<FieldsOf<AppDeleteInput>>(input), appId }, options);
    },

    /** The apps that a user has access to, as grants: active ones unless told, the newest first. */
    async listForUser(userId: string, filter: AppGrantFilter = {}, options?: CallOptions): Promise<AppGrantRecord[]> {
      const { status = active } = toInput<GrantsWanted>(filter);
      const { user } = await calls.call(UserAppGrantsDocument, { status, userId }, options);
      return toRecord(found(user, 'user', userId).appGrants);
    },

    /** Who has access to an app, as grants: active ones unless told, the newest first. Needs `apps:read`. */
    async listUsers(appId: string, filter?: AppUserFilter, options?: CallOptions): Promise<AppGrantRecord[]> {
      return allOf(iterateUsers(appId, filter, options));
    },

    /** As `listUsers`, one by one; pages are fetched as they are needed. */
    iterateUsers,

    /** Gives access, again where it was revoked; `changed` is false where it was there already. Needs `apps:grant`. */
    async grantUser(userId: string, appId: string, options?: CallOptions): Promise<AppGrantRecord & { changed: boolean }> {
      return changed(calls, AppGrantUserDocument, 'grant', { userId, appId }, options);
    },

    /**
     * Takes access to this app alone, and ends the sessions that signed in to it. Where `readmitted_on_login`, the next login gives it
     * again. Needs `apps:grant`.
     */
    async revokeUser(
      userId: string,
      appId: string,
      options?: CallOptions,
    ): Promise<{ grant: AppGrantRecord | null; changed: boolean; readmitted_on_login: boolean }> {
      return change(calls, AppRevokeUserDocument, { userId, appId }, options);
    },
  };
}

/** Apps, and who has access to them. */
export interface AppsModule extends ReturnType<typeof methods> {}

/** Made as a type with a name, so that an editor shows that and what its methods say. */
export const appsModule: (core: ModuleCore) => AppsModule = methods;
