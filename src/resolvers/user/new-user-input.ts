import { z } from 'zod';
import type { Steward } from '../../context.ts';
import { normalizeEmail } from '../../email.ts';
import { type InputIssue, invalid, permissionNotHeld, type Refusal } from '../../errors.ts';
import { codes, email, given, metadata, optionalExternalId, optionalName, type ReadInput, readInput } from '../../input.ts';
import type { Pool } from '../../locks/pool.ts';
import type { PlatformPermission } from '../../permissions.ts';
import { may } from '../../policy.ts';
import type { Reach } from '../../reach.ts';
import { unknownPool } from '../pool/rules.ts';
import { newPasswordIssues } from './password.ts';

/** Null is as left out. */
export interface UserCreateInput {
  readonly email: string;
  readonly name?: string | null;
  readonly password?: string | null;
  readonly emailVerified: boolean;
  readonly roleCodes?: readonly string[] | null;
  readonly homePoolCode?: string | null;
  readonly poolCodes?: readonly string[] | null;
  readonly appIds?: readonly string[] | null;
  readonly externalId?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  readonly sendWelcome: boolean;
}

const NewUser = z.object({
  email,
  name: optionalName.default(null),
  password: given<string | null>(),
  emailVerified: z.boolean(),
  roleCodes: codes.nullish(),
  homePoolCode: given<string | null>(),
  poolCodes: codes.nullish(),
  appIds: codes.nullish(),
  externalId: optionalExternalId.default(null),
  metadata: metadata.default({}),
  sendWelcome: z.boolean(),
});

export type NewUser = z.infer<typeof NewUser>;

const fields = Object.keys(NewUser.shape);
const placeOf = ({ path }: InputIssue): number => fields.indexOf(path[1] ?? '');

/** What the input says by itself, and the codes and ids in it that are looked up whatever else is wrong. */
export interface ReadNewUser extends ReadInput<NewUser> {
  readonly roleCodes: readonly string[];
  readonly homePoolCode: string;
  readonly poolCodes: readonly string[];
  readonly appIds: readonly string[];
}

/** Reads the input without throwing, so that what is found in the database can be told with what is wrong here. */
export function readNewUser(steward: Pick<Steward, 'settings'>, input: UserCreateInput): ReadNewUser {
  const { issues, value } = readInput(NewUser, input);
  return {
    issues: [...issues, ...passwordIssues(steward, input)],
    value,
    roleCodes: worthLookingUp(input.roleCodes ?? ['base_user']),
    homePoolCode: input.homePoolCode ?? 'default',
    poolCodes: worthLookingUp(input.poolCodes ?? []),
    appIds: worthLookingUp(input.appIds ?? []),
  };
}

/** A list as it was sent; nothing of one that is refused for its length. */
const worthLookingUp = (list: readonly string[]): readonly string[] => (codes.safeParse(list).success ? list : []);

function passwordIssues(steward: Pick<Steward, 'settings'>, { password, email }: UserCreateInput): InputIssue[] {
  if (password == null) return [];
  const address = normalizeEmail(email);
  // What is no address can't be repeated.
  return newPasswordIssues(steward, password, { email: address ?? '' }, 'password').filter(
    ({ code }) => address !== null || code !== 'CONTAINS_EMAIL',
  );
}

/** Codes that name no pool, and tags that are the home pool, each at its place. */
export function poolIssues({ homePoolCode, poolCodes }: ReadNewUser, pools: ReadonlyMap<string, Pool>): InputIssue[] {
  const unknown = (code: string, ...place: string[]): InputIssue[] => (pools.has(code) ? [] : [unknownPool(code, ...place)]);
  return [
    ...unknown(homePoolCode, 'homePoolCode'),
    ...poolCodes.flatMap((code, i) =>
      code === homePoolCode
        ? [{ path: ['input', 'poolCodes', String(i)], code: 'HOME_POOL', message: 'The home pool is no further pool.' }]
        : unknown(code, 'poolCodes', String(i)),
    ),
  ];
}

/** What the input says. Throws VALIDATION_FAILED with everything that is wrong with it, in the order of its fields. */
export function soundNewUser({ issues, value }: ReadNewUser, found: readonly InputIssue[]): NewUser {
  const refusal = invalid([...issues, ...found].sort((a, b) => placeOf(a) - placeOf(b)));
  if (refusal || value === null) throw refusal;
  return value;
}

/** PERMISSION_NOT_HELD with all that parts of the input need beside `users:create`, and the caller lacks. */
export function partsNotHeld(reach: Reach, input: UserCreateInput): Refusal | false {
  const needs: readonly (readonly [field: string, permission: PlatformPermission] | false)[] = [
    input.password != null && ['password', 'users:set-password'],
    input.roleCodes != null && ['roleCodes', 'users:assign-roles'],
    Boolean(input.appIds?.length) && ['appIds', 'apps:grant'],
    (input.homePoolCode ?? 'default') !== 'default' && ['homePoolCode', 'pools:manage'],
    Boolean(input.poolCodes?.length) && ['poolCodes', 'pools:manage'],
  ];
  const lacking = needs.filter((need) => need !== false).filter(([, permission]) => !may(reach, permission));
  return permissionNotHeld([...new Set(lacking.map(([, permission]) => permission))], lacking[0] && ['input', lacking[0][0]]);
}
