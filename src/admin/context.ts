import { pino } from 'pino';
import { createPasswords } from '../auth/passwords.ts';
import { createSigningKeys } from '../auth/signing-keys.ts';
import { type Context, createAsking, type Steward } from '../context.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { deriveSecrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';

/** A command in the place of a request: nobody is signed in, and events bear no ip address. */
export function commandContext(database: Database, settings: Settings): Context {
  const { accessTokenSeconds } = settings.limits;
  const secrets = deriveSecrets(settings.secret);
  const steward: Steward = {
    database,
    settings,
    secrets,
    signingKeys: createSigningKeys({ database, secrets, accessTokenSeconds }),
    passwords: createPasswords(settings.limits),
    log: pino({ level: 'silent' }),
  };
  const arrival = {
    requestId: newId(),
    ipAddress: null,
    userAgent: 'npm run admin',
    bearer: null,
    refreshCookie: null,
    hasCsrfHeader: false,
    idempotencyKey: null,
    isBatch: false,
    givenUp: new AbortController().signal,
    setRefreshCookie() {},
  };
  return { steward, arrival, asking: createAsking(steward, arrival) };
}
