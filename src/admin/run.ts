import { parseArgs } from 'node:util';
import { migrate } from '../database/migrations.ts';
import { type Database, openDatabase } from '../database.ts';
import { readSettings, type Settings } from '../settings.ts';
import { commandContext } from './context.ts';
import { createAdmin } from './create.ts';
import { unlock } from './unlock.ts';

export const usage = `Usage: npm run admin -- COMMAND

  create EMAIL [--another]   make a system admin; the password is ADMIN_PASSWORD, or typed at the terminal
  unlock EMAIL               clear failed logins and the lock of an address
  rotate-key                 sign access tokens with a new key; those of the former one hold until they expire
  migrate                    bring the database to the state of this version

They take the server's settings. On PostgreSQL they work while servers run.`;

/** The command line is none of a command. */
export class UsageError extends Error {}

/** What is around a command: where its settings and a new password come from, and who reads what it says. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly typedPassword: () => Promise<string>;
  readonly say: (line: string) => void;
}

/** Runs the command that the arguments name. Throws where it does not succeed, with a message for people. */
export async function runCommand(args: readonly string[], around: Surroundings): Promise<void> {
  const command = readCommand(args);
  const settings = settingsOf(around.environment);
  const database = await openDatabase(settings.database, { poolSize: 2 });
  try {
    await command(database, settings, around);
  } finally {
    await database.close();
  }
}

type Command = (database: Database, settings: Settings, around: Surroundings) => Promise<void>;

function readCommand(args: readonly string[]): Command {
  const { positionals, another } = parse(args);
  const [name, email, ...rest] = positionals;
  const takesEmail = name === 'create' || name === 'unlock';
  if (rest.length > 0 || takesEmail !== (email !== undefined) || (another && name !== 'create')) throw new UsageError(usage);

  switch (name) {
    case 'create':
      return create(email!, another);
    case 'unlock':
      return unlockAddress(email!);
    case 'rotate-key':
      return rotateKey;
    case 'migrate':
      return migrateOnly;
    default:
      throw new UsageError(usage);
  }
}

function parse(args: readonly string[]): { positionals: string[]; another: boolean } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { another: { type: 'boolean', default: false } },
    });
    return { positionals, another: values.another };
  } catch {
    throw new UsageError(usage);
  }
}

const create =
  (email: string, another: boolean): Command =>
  async (database, settings, { environment, typedPassword, say }) => {
    await migrate(database);
    const given = environment.ADMIN_PASSWORD;
    const password = given ? async () => given : typedPassword;
    say(`${await createAdmin(commandContext(database, settings), { email, another, password })} is a system admin now.`);
  };

const unlockAddress =
  (email: string): Command =>
  async (database, settings, { say }) => {
    await migrate(database);
    say((await unlock(commandContext(database, settings), email)) ? `${email} is unlocked.` : `${email} was not locked.`);
  };

const rotateKey: Command = async (database, settings, { say }) => {
  await migrate(database);
  const { steward } = commandContext(database, settings);
  say(
    `Access tokens are signed with the key ${await steward.signingKeys.rotate()} from now on, by every server within 30 seconds.`,
  );
};

const migrateOnly: Command = async (database, _settings, { say }) => {
  const { applied } = await migrate(database);
  say(applied.length === 0 ? 'There was nothing to migrate.' : `Applied: ${applied.join(', ')}`);
};

// Commands listen nowhere, so ports are not theirs to judge.
const settingsOf = ({ PORT, METRICS_PORT, ADMIN_PASSWORD, ...environment }: NodeJS.ProcessEnv): Settings =>
  readSettings(environment);
