import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type pg from 'pg';
import { decodeId } from '../../../src/ids.ts';
import { callerOfSession } from '../../../src/loaders/caller.ts';

/**
 * Judges requests as Steward does, and by the same statement: the token's signature, type, time and issuer, then the
 * session, its person and what the two may do. Gives the caller's id where all of the permissions are held.
 */
export function authenticator(pool: pg.Pool, issuer: string) {
  const keys = new Map<string, KeyObject>();

  async function keyOf(id: string): Promise<KeyObject | undefined> {
    if (!keys.has(id)) {
      const { rows } = await pool.query('SELECT id, public_key FROM signing_keys WHERE id = $1', [id]);
      for (const row of rows) keys.set(row.id, createPublicKey({ key: row.public_key, format: 'jwk' }));
    }
    return keys.get(id);
  }

  async function claimsOf(token: string): Promise<any> {
    const [header, payload, signature] = token.split('.');
    if (!header || !payload || !signature) return null;
    const { alg, typ, kid } = json(header);
    const key = alg === 'EdDSA' && typ === 'at+jwt' ? await keyOf(kid) : undefined;
    if (!key || !verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))) return null;
    const claims = json(payload);
    return claims.iss === issuer && claims.aud === issuer && claims.exp > Date.now() / 1000 ? claims : null;
  }

  return async (authorization: string | undefined, permissions: readonly string[]): Promise<string | null> => {
    const claims = authorization?.startsWith('Bearer ') ? await claimsOf(authorization.slice('Bearer '.length)) : null;
    if (!claims) return null;
    const { name, text } = callerOfSession;
    const { rows } = await pool.query({ name, text, values: [decodeId('ses', claims.sid)] });
    const [caller] = rows;
    const isAllowed =
      caller?.alive === true &&
      caller.user_id === decodeId('user', claims.sub) &&
      caller.token_version === claims.tv &&
      permissions.every((permission) => caller.permissions.includes(permission));
    return isAllowed ? caller.user_id : null;
  };
}

const json = (part: string): any => JSON.parse(Buffer.from(part, 'base64url').toString());
