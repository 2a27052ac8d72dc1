import type { CallOptions } from '../calls.ts';
import type { ModuleCore } from '../core.ts';
import {
  PoolAddUserDocument,
  PoolByCodeDocument,
  PoolCreateDocument,
  type PoolCreateInput,
  PoolDeleteDocument,
  PoolRemoveUserDocument,
  PoolSetUserHomeDocument,
  PoolsDocument,
  PoolUpdateDocument,
  type PoolUpdateInput,
  UserPoolsDocument,
} from '../generated/operations.ts';
import { type InputOf, type PoolRecord, toInput, toRecord, type UserRecord } from '../records.ts';
import { change, changed } from './change.ts';
import { found } from './found.ts';

type PoolFields = Omit<PoolUpdateInput, 'poolCode'>;

/** A pool with its users counted: each once, those at home, those tagged into it. */
export interface PoolWithCounts extends PoolRecord {
  user_count: number | null;
  home_count: number | null;
  tag_count: number | null;
}
/** The codes of a user's pools. */
export interface UserPools {
  /** The home pool. */
  namespace: string;
  /** Those that the user is tagged into. */
  namespaces: string[];
}
/** A user after its home was set. */
export interface UserWithHomeSet extends UserRecord {
  previous: PoolRecord;
  changed: boolean;
}

function methods({ calls }: ModuleCore) {
  return {
    /** Every pool with its counts of users. Needs `pools:read`. */
    async list(options?: CallOptions): Promise<PoolWithCounts[]> {
      return toRecord(found((await calls.call(PoolsDocument, {}, options)).pools, 'list'));
    },

    /** The pool of this code. `NotFoundError` unless it is one's own or one has `pools:read`. */
    async get(code: string, options?: CallOptions): Promise<PoolRecord> {
      return toRecord(found((await calls.call(PoolByCodeDocument, { code }, options)).poolByCode, 'pool', code));
    },

    /** Creates a pool. Needs `pools:manage`. `ConflictError` where the code is taken. */
    async create(input: InputOf<PoolCreateInput>, options?: CallOptions): Promise<PoolRecord> {
      return changed(calls, PoolCreateDocument, 'pool', toInput<PoolCreateInput>(input), options);
    },

    /** Changes a pool: a field left out stays, null clears. Needs `pools:manage`. `VersionConflictError`. */
    async update(code: string, input: InputOf<PoolFields>, options?: CallOptions): Promise<PoolRecord> {
      return changed(calls, PoolUpdateDocument, 'pool', { ...toInput<PoolFields>(input), poolCode: code }, options);
    },

    /** Deletes a pool that no user and no app refers to. Needs `pools:manage`. `ConflictError` where one does, `RuleError` for `default`. */
    async delete(code: string, options?: CallOptions): Promise<{ deleted_pool_id: string }> {
      return change(calls, PoolDeleteDocument, { poolCode: code }, options);
    },

    /** The codes of a user's home pool and of the further ones. */
    async getForUser(userId: string, options?: CallOptions): Promise<UserPools> {
      const { homePool, pools } = found((await calls.call(UserPoolsDocument, { userId }, options)).user, 'user', userId);
      return { namespace: homePool.code, namespaces: pools.map(({ code }) => code) };
    },

    /** Moves a user's home to a pool. Needs `pools:manage`. `ConflictError` where the address or the external id is taken there. */
    async setUserHome(userId: string, poolCode: string, options?: CallOptions): Promise<UserWithHomeSet> {
      return changed(calls, PoolSetUserHomeDocument, 'user', { userId, poolCode }, options);
    },

    /** Tags a user into a further pool; once is enough. Needs `pools:manage`. `ConflictError` where the address is taken there. */
    async addUser(userId: string, poolCode: string, options?: CallOptions): Promise<UserRecord & { changed: boolean }> {
      return changed(calls, PoolAddUserDocument, 'user', { userId, poolCode }, options);
    },

    /** Takes a tag away; no tag is no error. Needs `pools:manage`. `RuleError` for the home pool. */
    async removeUser(userId: string, poolCode: string, options?: CallOptions): Promise<UserRecord & { changed: boolean }> {
      return changed(calls, PoolRemoveUserDocument, 'user', { userId, poolCode }, options);
    },
  };
}

/** Pools of identities, and who is in them. */
export interface PoolsModule extends ReturnType<typeof methods> {}

/** Made as a type with a name, so that an editor shows that and what its methods say. */
export const poolsModule: (core: ModuleCore) => PoolsModule = methods;
