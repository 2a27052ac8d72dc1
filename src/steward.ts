import type { Logger } from 'pino';
import { createPasswords } from './auth/passwords.ts';
import { createSigningKeys } from './auth/signing-keys.ts';
import type { Steward } from './context.ts';
import type { Database } from './database.ts';
import { deriveSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { createFeed } from './stream/feed.ts';

/** Puts together what lives as long as a server, or as a command. Reads nothing yet. */
export function createSteward({ database, settings, log }: { database: Database; settings: Settings; log: Logger }): Steward {
  const secrets = deriveSecrets(settings.secret);
  const { accessTokenSeconds, streams, poolSize } = settings.limits;
  return {
    database,
    settings,
    secrets,
    signingKeys: createSigningKeys({ database, secrets, accessTokenSeconds }),
    passwords: createPasswords(settings.limits),
    auditFeed: createFeed({ database, log }, { seats: streams, statementsAtOnce: Math.ceil(poolSize / 2) }),
    log,
  };
}
