import type { SigningKeys } from '../auth/signing-keys.ts';
import type { Database } from '../database.ts';
import type { Route } from './gate.ts';
import { json, Refused } from './plain.ts';

/** The process lives, whatever its database does: who watches it must not restart it for that. */
export const healthz: Route = { anyHost: true, methods: { GET: () => json(200, { status: 'ok' }) } };

/** Whether to send requests here: not without the database, and not while shutting down. */
export function readyz(database: Database, isDraining: () => boolean): Route {
  return {
    anyHost: true,
    methods: {
      GET: async () => {
        if (isDraining()) throw new Refused(503, 'UNAVAILABLE', 'Shutting down.');
        if (!(await database.isReady())) throw new Refused(503, 'UNAVAILABLE', 'The database is away.');
        return json(200, { status: 'ready' });
      },
    },
  };
}

/** The public keys that others verify access tokens with (RFC 7517). */
export function jwks(signingKeys: SigningKeys): Route {
  return { methods: { GET: async () => json(200, await signingKeys.published()) } };
}
