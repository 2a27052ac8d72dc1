import { type DemoAccount, readDemoAccounts, seedDemo } from '../prisma/seed.ts';
import { openDatabase } from './database.ts';
import { createLog } from './log.ts';
import { isLoopback } from './loopback.ts';
import { prepare } from './prepare.ts';
import { createServer, type StewardServer } from './server.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';

/** Settings, database, server, listen; and an orderly end. Resolves when the process may be left alone. */
async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const log = createLog(settings.logLevel);
  const ending = endings();
  const database = await openDatabase(settings.database, {
    poolSize: settings.limits.poolSize,
    statementTimeoutMs: settings.limits.statementMs,
    // Who lets requests take longer wants changes that do.
    transactionTimeoutMs: Math.max(10_000, settings.limits.requestMs),
    onConnectionLost: (error) => log.warn({ err: error }, 'connection to the database lost'),
  });
  try {
    await prepare(database, settings, log);
    const server = await createServer({ database, settings, log });
    // Now rather than at the first login: a secret that does not open the keys stops the start.
    await server.steward.signingKeys.current();
    const accounts = await demoAccounts(server, settings);
    const address = await server.listen();
    const { mode, metricsPort } = settings;
    log.info({ address: address.href, ...(metricsPort && { metricsPort }), mode, database: database.describe() }, 'listening');
    if (mode === 'production' && settings.publicUrl.protocol === 'http:' && !isLoopback(settings.publicUrl.hostname)) {
      log.warn('PUBLIC_URL is http: passwords and tokens travel in the open, and browsers drop the Secure cookie');
    }
    if (mode === 'development') greet(address, accounts, settings.dataFolder);

    log.info({ signal: await ending }, 'shutting down');
    await server.close();
  } finally {
    await database.close();
  }
  log.info('stopped');
}

/** Fills a database without users in development. Those who can sign in, where the data folder knows them. */
async function demoAccounts({ steward }: StewardServer, { mode, dataFolder }: Settings): Promise<DemoAccount[]> {
  if (mode !== 'development') return [];
  const seeded = await seedDemo({ ...steward, dataFolder });
  return seeded.length > 0 ? seeded : readDemoAccounts(dataFolder);
}

function greet(address: URL, accounts: readonly DemoAccount[], dataFolder: string): void {
  const at = (path: string) => new URL(path, address).href;
  const widest = Math.max(...accounts.map(({ email }) => email.length));
  const signIn = accounts.map(({ persona, email, password }) => `  ${email.padEnd(widest)}  ${password}  ${persona}\n`).join('');
  process.stdout.write(`
Steward is ready.

  GraphiQL   ${at('/graphiql')}
  GraphQL    ${at('/graphql')}
  Mail       ${at('/mailbox')}
  Health     ${at('/healthz')}  ${at('/readyz')}

Sign in with the form in GraphiQL, as one of these (also in ${dataFolder}/demo-accounts.json):

${signIn}
and try:

  { users(first: 5) { totalCount nodes { email roles { code } memberships { nodes { organizationName } } } } }

`);
}

/** Resolves with the first signal that asks the process to end. A second one ends it at once. */
function endings(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
}

/** One line for people; what lies behind it only where it is asked for. */
function explain(error: unknown): string {
  if (error instanceof SettingsError)
    return `Steward can not start:\n${error.problems.map((problem) => `  ${problem}`).join('\n')}`;
  const { code, message, stack, setting = 'PORT' } = error as NodeJS.ErrnoException & { setting?: string };
  if (code === 'EADDRINUSE') return `Steward can not start: ${setting} is in use by another process.`;
  if (code === 'EACCES') return `Steward can not start: ${setting} may not be listened on by this user.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'Steward can not start: HOST is no address of this machine.';
  return `Steward can not start: ${process.env.LOG_LEVEL === 'debug' ? stack : message}`;
}

try {
  await start();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
