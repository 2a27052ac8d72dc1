import { TypeID } from 'typeid-js';
import { v7 } from 'uuid';

/** The prefix of each type's ids in the API. */
export const prefixes = {
  User: 'user',
  Organization: 'org',
  Membership: 'mem',
  Role: 'role',
  App: 'app',
  AppGrant: 'grant',
  Pool: 'pool',
  Session: 'ses',
  Invitation: 'inv',
  AuditEvent: 'evt',
} as const;

export type NodeType = keyof typeof prefixes;
export type IdPrefix = (typeof prefixes)[NodeType];

const typeOfPrefix = new Map(Object.entries(prefixes).map(([type, prefix]) => [prefix as string, type as NodeType]));

/** A new UUIDv7, as the database stores it. */
export const newId = (): string => v7();

/** The id as the API shows it: a TypeID, `user_01h455vb4pex5vsknk084sn02q`. */
export const encodeId = (prefix: IdPrefix, uuid: string): string => TypeID.fromUUID(prefix, uuid).toString();

/** The UUID in an id of that type; null where the text is anything else, which callers treat like an unknown id. */
export function decodeId(prefix: IdPrefix, id: string): string | null {
  if (!id.startsWith(`${prefix}_`)) return null;
  try {
    return TypeID.fromString(id, prefix).toUUID();
  } catch {
    return null;
  }
}

/** The type and UUID of any id; null where it is none. */
export function decodeAnyId(id: string): { type: NodeType; uuid: string } | null {
  const type = typeOfPrefix.get(id.slice(0, id.indexOf('_')));
  const uuid = type && decodeId(prefixes[type], id);
  return uuid ? { type, uuid } : null;
}
