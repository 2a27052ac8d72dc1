import { parseArgs } from 'node:util';
import { progressBar, type Terminal } from '../../src/admin/progress-bar.ts';
import { passwordIssues } from '../../src/auth/password-policy.ts';
import { createPasswords } from '../../src/auth/passwords.ts';
import { migrate } from '../../src/database/migrations.ts';
import { openDatabase } from '../../src/database.ts';
import type { Settings } from '../../src/settings.ts';
import { chooseDemoAccounts, readDemoAccounts, writeDemoAccounts } from '../demo/accounts.ts';
import { fewestUsers, mostUsers } from './frame.ts';
import { staffAccount } from './people.ts';
import { seedVolume } from './seed-volume.ts';

/** The number in `--users 200000`. Throws where the arguments say anything else. */
export function readUsers(args: readonly string[]): number {
  const usage = `npm run seed -- --users N: N is a whole number from ${fewestUsers} to ${mostUsers}, such as 200000.`;
  const users = usersOf(args);
  if (users === undefined || !/^\d{1,9}$/.test(users)) throw new Error(usage);
  if (Number(users) < fewestUsers || Number(users) > mostUsers) throw new Error(usage);
  return Number(users);
}

function usersOf(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { users: { type: 'string' } } }).values.users;
  } catch {
    // Its messages fill a paragraph.
    return undefined;
  }
}

/** Fills the configured PostgreSQL database with so many users, and says how to sign in. */
export async function fillWithUsers(users: number, settings: Settings, password: string | undefined, terminal: Terminal) {
  if (!('url' in settings.database))
    throw new Error('Volume data are for PostgreSQL: name an empty database of it in DATABASE_URL.');
  const account = await chooseAccount(settings, password);
  const database = await openDatabase(settings.database, { poolSize: 1 });
  try {
    await migrate(database);
    const passwordHash = await createPasswords(settings.limits).hash(account.password);
    await seedVolume({ database, users, passwordHash, onProgress: progressBar(terminal) });
    const said = password === undefined ? account.password : '(that of ADMIN_PASSWORD)';
    console.log(`${users} users are in, and what belongs to them. To sign in: ${account.email}, password ${said}`);
  } finally {
    await database.close();
  }
}

/**
 * The demo's system admin, with the password that the data folder knows already, or a new one that it knows from now on;
 * a password that comes from outside is written nowhere. It is written beforehand: should the rest fail, the file holds a
 * password that nobody has, which the next run uses.
 */
async function chooseAccount({ dataFolder, limits }: Settings, password: string | undefined) {
  const accounts = await chooseDemoAccounts(dataFolder);
  const account = accounts.find(({ email }) => email === staffAccount.email)!;
  if (password !== undefined) {
    const issues = passwordIssues(password, account, limits);
    if (issues.length > 0) throw new Error(`ADMIN_PASSWORD: ${issues.map(({ message }) => message).join(' ')}`);
    return { ...account, password };
  }
  const known = await readDemoAccounts(dataFolder);
  const others = known.filter(({ email }) => email !== account.email);
  if (!known.some((one) => one.email === account.email && one.password === account.password))
    await writeDemoAccounts(dataFolder, [account, ...others]);
  return account;
}
