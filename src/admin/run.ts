import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Context } from '../context.ts';
import { markRolledBack } from '../database/migrations.ts';
import { openDatabase } from '../database.ts';
import { prepare } from '../prepare.ts';
import { readSettings, type Settings } from '../settings.ts';
import { commandContext } from './context.ts';
import { createAdmin } from './create.ts';
import { hideTyping, showTyping } from './terminal.ts';
import { unlock } from './unlock.ts';

export const usage = `Usage: npm run admin -- COMMAND

  create EMAIL [--another]   make a system admin; the password is ADMIN_PASSWORD, or typed at the terminal
  unlock EMAIL               clear failed logins and the lock of an address
  rotate-key                 sign access tokens with a new key; those of the former one hold until they expire
  migrate [--retry NAME]     bring the database to the state of this version; again, after the named migration failed

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
  const { command, retry, takesPassword } = readCommand(args);
  const settings = settingsOf(around.environment);
  // Opening takes its time, and people type ahead.
  if (takesPassword && !around.environment.ADMIN_PASSWORD) hideTyping();
  const database = await openDatabase(settings.database, { poolSize: 2 });
  try {
    if (retry) await markRolledBack(database, retry);
    const { applied } = await prepare(database, settings, pino({ level: 'silent' }));
    await command(commandContext(database, settings), around, applied);
  } finally {
    showTyping();
    await database.close();
  }
}

type Command = (context: Context, around: Surroundings, migrations: readonly string[]) => Promise<void>;

interface ReadCommand {
  readonly command: Command;
  readonly retry?: string | undefined;
  readonly takesPassword?: true;
}

function readCommand(args: readonly string[]): ReadCommand {
  const { positionals, another, retry } = parse(args);
  const [name, email, ...rest] = positionals;
  const takesEmail = name === 'create' || name === 'unlock';
  if (
    rest.length > 0 ||
    takesEmail !== (email !== undefined) ||
    (another && name !== 'create') ||
    (retry !== undefined && name !== 'migrate')
  )
    throw new UsageError(usage);

  switch (name) {
    case 'create':
      return { command: create(email!, another), takesPassword: true };
    case 'unlock':
      return { command: unlockAddress(email!) };
    case 'rotate-key':
      return { command: rotateKey };
    case 'migrate':
      return { command: migrateOnly, retry };
    default:
      throw new UsageError(usage);
  }
}

function parse(args: readonly string[]): { positionals: string[]; another: boolean; retry: string | undefined } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { another: { type: 'boolean', default: false }, retry: { type: 'string' } },
    });
    return { positionals, another: values.another, retry: values.retry };
  } catch {
    throw new UsageError(usage);
  }
}

const create =
  (email: string, another: boolean): Command =>
  async (context, { environment, typedPassword, say }) => {
    const given = environment.ADMIN_PASSWORD;
    const password = given ? async () => given : typedPassword;
    say(`${await createAdmin(context, { email, another, password })} is a system admin now.`);
  };

const unlockAddress =
  (email: string): Command =>
  async (context, { say }) =>
    say((await unlock(context, email)) ? `${email} is unlocked.` : `${email} was not locked.`);

const rotateKey: Command = async ({ steward }, { say }) =>
  say(
    `Access tokens are signed with the key ${await steward.signingKeys.rotate()} from now on, by every server within 30 seconds.`,
  );

// Every command begins with the migrations; this one has nothing else to do.
const migrateOnly: Command = async (_context, { say }, migrations) =>
  say(migrations.length === 0 ? 'There was nothing to migrate.' : `Applied: ${migrations.join(', ')}`);

// Commands listen nowhere, so ports are not theirs to judge.
const settingsOf = ({ PORT, METRICS_PORT, ADMIN_PASSWORD, ...environment }: NodeJS.ProcessEnv): Settings =>
  readSettings(environment);
