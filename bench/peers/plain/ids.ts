import { GraphQLError } from 'graphql';
import { TypeID } from 'typeid-js';

export const toId = (prefix: string, uuid: string): string => TypeID.fromUUID(prefix, uuid).toString();

/** The UUID in an id of that type. Throws for any other text. */
export function toUuid(prefix: string, id: string): string {
  try {
    return TypeID.fromString(id, prefix).toUUID();
  } catch {
    throw new GraphQLError(`This is no id of the kind ${prefix}_….`, { extensions: { code: 'BAD_USER_INPUT' } });
  }
}
