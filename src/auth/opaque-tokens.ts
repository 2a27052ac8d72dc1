import { createHash, randomBytes } from 'node:crypto';

/** A refresh token, or that of a link: 256 random bits in base64url. Nobody guesses one, so a plain hash may be looked up. */
export const newOpaqueToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of one: its SHA-256. */
export const hashOfOpaqueToken = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();
