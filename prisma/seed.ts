import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { createPasswords, type Passwords } from '../src/auth/passwords.ts';
import { migrate } from '../src/database/migrations.ts';
import { type Database, openDatabase, Prisma, type Transaction } from '../src/database.ts';
import { deriveSecrets, type Secrets } from '../src/secrets.ts';
import { readSettings } from '../src/settings.ts';
import { chooseDemoAccounts, type DemoAccount, type Persona, writeDemoAccounts } from './demo/accounts.ts';
import { demoOf } from './demo/demo.ts';
import { insertDemo } from './demo/insert.ts';

export { type DemoAccount, readDemoAccounts } from './demo/accounts.ts';

export interface SeedOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly secrets: Secrets;
  /** Where `demo-accounts.json` goes. */
  readonly dataFolder: string;
  /** When it all has happened before; the same instant gives the same data but for passwords, hashes and locks' keys. */
  readonly now?: Date;
}

/**
 * Fills a database without users with demo data, and gives the accounts to sign in with; none where there are users
 * already. Everything is written in one transaction, under a lock on the users, so that of two processes one fills.
 * Throws where production has used the database.
 */
export async function seedDemo({
  database,
  passwords,
  secrets,
  dataFolder,
  now = new Date(),
}: SeedOptions): Promise<DemoAccount[]> {
  const [state] = await database.query<{ hasUsers: boolean; inProduction: boolean }>(Prisma.sql`
    SELECT EXISTS (SELECT FROM users) AS "hasUsers", EXISTS (SELECT FROM installation WHERE production_since IS NOT NULL) AS "inProduction"`);
  if (state?.hasUsers) return [];
  if (state?.inProduction) throw new Error('This database has been used in production: no demo data go into it.');

  const accounts = await chooseDemoAccounts(dataFolder);
  const hashOf = await hashPasswords(accounts, passwords);
  const fill = async (tx: Transaction) => {
    if (await hasUsers(tx)) return [];
    await insertDemo(tx, demoOf(now), secrets, hashOf);
    await tx.installation.update({ where: { id: 1 }, data: { demoSince: now } });
    // Last, and before the commit: a process that dies between the two leaves a file of passwords that nobody has, which
    // the next start uses. After the commit it could leave people whom nobody can sign in as, for ever.
    await writeDemoAccounts(dataFolder, accounts);
    return accounts;
  };
  // A slow or busy machine takes its time over it, and nobody waits.
  return database.transaction(fill, { timeoutMs: 120_000 });
}

/** Keeps everybody else from adding users until the end of the transaction, then looks. */
async function hasUsers(tx: Transaction): Promise<boolean> {
  await tx.$executeRaw`LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE`;
  return (await tx.user.findFirst({ select: { id: true } })) !== null;
}

/** A hash for each persona, and one that everybody else shares, of a password that is thrown away. */
async function hashPasswords(
  accounts: readonly DemoAccount[],
  passwords: Passwords,
): Promise<(persona: Persona | null) => string> {
  const hashes = new Map<string | null, string>();
  const all = [...accounts, { persona: null, password: randomBytes(32).toString('base64url') }];
  await Promise.all(all.map(async ({ persona, password }) => hashes.set(persona, await passwords.hash(password))));
  return (persona) => hashes.get(persona)!;
}

/** `npm run seed`: fills the configured database, in development alone; with `--users 200000`, with that many. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  // Loaded here alone, since the server, which starts with demo data, needs none of it.
  const volume = args.length > 0 ? await import('./volume/command.ts') : undefined;
  const users = volume?.readUsers(args);
  const settings = readSettings(process.env);
  if (settings.mode !== 'development') throw new Error(`Demo data are for development; NODE_ENV is ${settings.mode}.`);
  if (volume && users) return volume.fillWithUsers(users, settings, process.env.ADMIN_PASSWORD, process.stderr);
  const { dataFolder, limits } = settings;
  const database = await openDatabase(settings.database, { poolSize: limits.poolSize });
  try {
    await migrate(database);
    const passwords = createPasswords(limits);
    const accounts = await seedDemo({ database, passwords, secrets: deriveSecrets(settings.secret), dataFolder });
    console.log(
      accounts.length > 0
        ? `Demo data are in. How to sign in: ${dataFolder}/demo-accounts.json`
        : 'There are users already: nothing was done.',
    );
  } finally {
    await database.close();
  }
}

const isCommand = process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href;
if (isCommand) {
  main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
