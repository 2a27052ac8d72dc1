import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits in base64url: nobody guesses one, so a plain hash of it may be looked up. */
export const newRefreshToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of a refresh token: its SHA-256. */
export const hashOfRefreshToken = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();
