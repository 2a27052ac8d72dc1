import { pino } from 'pino';
import { accessTokenSigner } from '../src/auth/access-tokens.ts';
import { openSession } from '../src/auth/sessions.ts';
import { readTokenTruth } from '../src/auth/tokens.ts';
import { type Database, Prisma } from '../src/database.ts';
import { readSettings } from '../src/settings.ts';
import { createSteward } from '../src/steward.ts';

export interface SignIn {
  /** An access token of the session, which holds for a quarter of an hour. */
  token(): Promise<string>;
}

/** Opens a session for somebody of the staff, signed by Steward's own key: all contenders are asked with its tokens. */
export async function signIn(database: Database, { issuer, secret }: { issuer: string; secret: string }): Promise<SignIn> {
  const settings = readSettings({ NODE_ENV: 'test', STEWARD_SECRET: secret, PUBLIC_URL: issuer });
  const { signingKeys } = createSteward({ database, settings, log: pino({ level: 'silent' }) });
  const userId = await staff(database);
  const { sessionId } = await database.transaction((tx) =>
    openSession(tx, settings.limits, {
      userId,
      appId: null,
      organizationId: null,
      rememberMe: false,
      ipAddress: '127.0.0.1',
      userAgent: 'bench',
    }),
  );

  return {
    async token() {
      const sign = await accessTokenSigner({ signingKeys, settings });
      const truth = await database.transaction((tx) => readTokenTruth(tx, sessionId));
      return (await sign(truth)).accessToken;
    },
  };
}

async function staff(database: Database): Promise<string> {
  const [found] = await database.query<{ id: string }>(Prisma.sql`
    SELECT u.id FROM users u JOIN user_roles ur ON ur.user_id = u.id JOIN roles r ON r.id = ur.role_id
     WHERE r.code = 'system_admin' AND u.status = 'ACTIVE' ORDER BY u.id LIMIT 1`);
  if (!found) throw new Error('Nobody in this database is a system admin.');
  return found.id;
}
