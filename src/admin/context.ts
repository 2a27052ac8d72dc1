import { pino } from 'pino';
import { type Context, createAsking } from '../context.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import type { Settings } from '../settings.ts';
import { createSteward } from '../steward.ts';

/** A command in the place of a request: nobody is signed in, and events bear no ip address. */
export function commandContext(database: Database, settings: Settings): Context {
  const steward = createSteward({ database, settings, log: pino({ level: 'silent' }) });
  const arrival = {
    requestId: newId(),
    ipAddress: null,
    userAgent: 'npm run admin',
    bearer: null,
    refreshCookie: null,
    hasCsrfHeader: false,
    idempotency: null,
    isBatch: false,
    givenUp: new AbortController().signal,
    setRefreshCookie() {},
  };
  return { steward, arrival, asking: createAsking(steward, arrival) };
}
