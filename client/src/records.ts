import type {
  AppGrantRecordFragment,
  AppRecordFragment,
  AuditEventRecordFragment,
  InvitationRecordFragment,
  MembershipRecordFragment,
  OrganizationRecordFragment,
  PermissionRecordFragment,
  PoolRecordFragment,
  RoleRecordFragment,
  RoleWithPermissionsFragment,
  SessionRecordFragment,
  UserRecordFragment,
  ViewerRecordFragment,
} from './generated/operations.ts';

// What the client gives and takes is spelled `like_this`, enum values in lower case, while the graph says `likeThis` and `LIKE_THIS`.
// No schema goes along, so that names decide; a test holds these lists against the schema.

/** The fields with an enum in what comes back. */
export const enumsOfRecords: ReadonlySet<string> = new Set(['scope', 'status']);

/** The fields with an enum in what goes in. */
export const enumsOfInputs: ReadonlySet<string> = new Set(['direction', 'field', 'status']);

/** The fields whose values are the operator's own: whatever keys they have, they stay as they are. */
export const opaque: ReadonlySet<string> = new Set(['metadata']);

type Opaque = 'metadata';

/** `organizationId` as `organization_id`; `AND`, `OR` and `NOT` stay. */
type SnakeCase<Key> = Key extends string ? (Key extends Uppercase<Key> ? Key : Snaked<Key>) : never;
type Snaked<Key extends string> = Key extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snaked<Tail>}`
  : Key;

/** What the graph gives, as the client spells it: keys with underscores, enum values in lower case, no `__typename`. */
export type RecordOf<T> = T extends string
  ? string extends T
    ? T
    : Lowercase<T>
  : T extends readonly (infer Item)[]
    ? RecordOf<Item>[]
    : T extends object
      ? {
          [Key in keyof T as Key extends '__typename' ? never : SnakeCase<Key>]: Key extends Opaque ? T[Key] : RecordOf<T[Key]>;
        }
      : T;

/** What the graph takes, in its own spelling or in the one of records; enum values in either case. */
export type InputOf<T> = T extends string
  ? string extends T
    ? T
    : T | Lowercase<T>
  : T extends readonly (infer Item)[]
    ? readonly InputOf<Item>[]
    : T extends object
      ?
          | { readonly [Key in keyof T]: Key extends Opaque ? T[Key] : InputOf<T[Key]> }
          | { readonly [Key in keyof T as SnakeCase<Key>]: Key extends Opaque ? T[Key] : InputOf<T[Key]> }
      : T;

/** Spells an answer of the graph as records are spelled. */
export function toRecord<T>(value: T): RecordOf<T> {
  return respelled(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), enumsOfRecords, lowerCase);
}

/** Spells arguments as the graph does, whichever spelling they come in. */
export function toInput<T>(value: InputOf<T>): T {
  return respelled(value, (key) => key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()), enumsOfInputs, upperCase);
}

const lowerCase = (value: string) => value.toLowerCase();
const upperCase = (value: string) => value.toUpperCase();

function respelled(
  value: any,
  spell: (key: string) => string,
  enums: ReadonlySet<string>,
  recase: (value: string) => string,
): any {
  const walk = (at: any): any => {
    if (Array.isArray(at)) return at.map(walk);
    // A Date says itself how it is written.
    if (typeof at !== 'object' || at === null || at.toJSON) return at;
    return Object.fromEntries(
      Object.entries(at).flatMap(([key, inner]) => {
        if (key === '__typename') return [];
        const spelled = spell(key);
        if (opaque.has(spelled)) return [[spelled, inner]];
        return [[spelled, enums.has(spelled) ? recased(inner, recase) : walk(inner)]];
      }),
    );
  };
  return walk(value);
}

/** An enum's value, or a list of them; null and what is none stays for the server to judge. */
function recased(value: unknown, recase: (value: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => recased(each, recase));
  return typeof value === 'string' ? recase(value) : value;
}

/** A person. */
export interface UserRecord extends RecordOf<UserRecordFragment> {}

/** A live session of a person. */
export interface SessionRecord extends RecordOf<SessionRecordFragment> {}

/** Who is signed in, through which session, and what they may do. */
export interface ViewerRecord extends RecordOf<ViewerRecordFragment> {}

/** A tenant. */
export interface OrganizationRecord extends RecordOf<OrganizationRecordFragment> {}

/** A person's place in an organization. */
export interface MembershipRecord extends RecordOf<MembershipRecordFragment> {}

/** An offer of membership, sent by e-mail. */
export interface InvitationRecord extends RecordOf<InvitationRecordFragment> {}

/** A named set of permissions. */
export interface RoleRecord extends RecordOf<RoleRecordFragment> {}

/** A role with the codes of its permissions. */
export interface RoleWithPermissionsRecord extends RoleRecord {
  permission_codes: string[];
}

/** A permission of the catalog. */
export interface PermissionRecord extends RecordOf<PermissionRecordFragment> {}

/** An application that users sign in to. */
export interface AppRecord extends RecordOf<AppRecordFragment> {}

/** One person's access to one app. */
export interface AppGrantRecord extends RecordOf<AppGrantRecordFragment> {}

/** A home for identities. */
export interface PoolRecord extends RecordOf<PoolRecordFragment> {}

/** One thing that happened. */
export interface AuditEventRecord extends RecordOf<AuditEventRecordFragment> {
  /** Its place in the list: what `after` takes. */
  cursor: string;
}

/** A role as records have it: with the codes of its permissions, as arguments take them. */
export function toRole<Role extends RoleWithPermissionsFragment>(
  role: Role,
): Omit<RecordOf<Role>, 'permissions'> & RoleWithPermissionsRecord {
  const { permissions, ...rest } = role;
  return { ...(toRecord(rest) as object), permission_codes: permissions.map(({ code }) => code) } as never;
}
