/** Where a user stands, newest first. */
export interface Position {
  readonly id: string;
  readonly createdAt: Date;
}

export const cursorOf = ({ id, createdAt }: Position): string =>
  Buffer.from(`${createdAt.toISOString()}|${id}`).toString('base64url');

/** Null where the text is no cursor. */
export function positionOf(cursor: string): Position | null {
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('|');
  const createdAt = new Date(instant);
  return Number.isNaN(createdAt.getTime()) || !/^[0-9a-f-]{36}$/.test(id) ? null : { id, createdAt };
}
