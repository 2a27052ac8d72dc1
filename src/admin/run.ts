import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Context } from '../context.ts';
import { markRolledBack } from '../database/migrations.ts';
import { openDatabase } from '../database.ts';
import { prepare } from '../prepare.ts';
import { readSettings, type Settings } from '../settings.ts';
import { commandContext } from './context.ts';
import { createAdmin } from './create.ts';
import { exportAudit, type Span } from './export-audit.ts';
import { readInstant } from './instant.ts';
import { progressBar, type Terminal } from './progress-bar.ts';
import { hideTyping, showTyping } from './terminal.ts';
import { unlock } from './unlock.ts';
import { erasuresOf } from './was-erased.ts';

export const usage = `Usage: npm run admin -- COMMAND

  create EMAIL [--another]   make a system admin; the password is ADMIN_PASSWORD, or typed at the terminal
  unlock EMAIL               clear failed logins and the lock of an address
  rotate-key                 sign access tokens with a new key; those of the former one hold until they expire
  export-audit --since INSTANT [--until INSTANT]
                             write the audit events from an instant on, up to before another, one a line (NDJSON)
  was-erased EMAIL           say whether an address was erased by a hard delete, and when
  migrate [--retry NAME]     bring the database to the state of this version; again, after the named migration failed

An instant is such as 2026-01-31T12:00:00Z. Commands take the server's settings. On PostgreSQL they work while servers run.`;

/** The command line is none of a command. */
export class UsageError extends Error {}

/** What is around a command: where its settings and a new password come from, and who reads what it says. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly typedPassword: () => Promise<string>;
  readonly say: (line: string) => void;
  /** Takes output that is data, and is done once it was taken. */
  readonly write: (text: string) => Promise<void>;
  /** Who is shown how far something is, beside the output. */
  readonly terminal: Terminal;
}

/** For what takes as long as it takes: some three weeks, which is the most that timers hold. */
const unhurried = { statementTimeoutMs: 2_000_000_000, lockTimeoutMs: 2_000_000_000, transactionTimeoutMs: 2_000_000_000 };

/** Runs the command that the arguments name. Throws where it does not succeed, with a message for people. */
export async function runCommand(args: readonly string[], around: Surroundings): Promise<void> {
  const { command, retry, takesPassword, takesItsTime } = readCommand(args);
  const settings = settingsOf(around.environment);
  // Opening takes its time, and people type ahead.
  if (takesPassword && !around.environment.ADMIN_PASSWORD) hideTyping();
  const database = await openDatabase(settings.database, { poolSize: 2, ...(takesItsTime && unhurried) });
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
  readonly takesItsTime?: true;
}

function readCommand(args: readonly string[]): ReadCommand {
  const { positionals, options } = parse(args);
  const [name = '', ...rest] = positionals;
  const form = forms.get(name);
  const strays = Object.keys(options).filter((option) => !form?.options?.includes(option as keyof Options));
  if (!form || strays.length > 0 || rest.length !== (form.takesEmail ? 1 : 0)) throw new UsageError(usage);
  return form.read(options, rest[0] ?? '');
}

interface Form {
  readonly takesEmail?: true;
  readonly options?: readonly (keyof Options)[];
  readonly read: (options: Options, email: string) => ReadCommand;
}

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  [
    'create',
    {
      takesEmail: true,
      options: ['another'],
      read: ({ another = false }, email) => ({ command: create(email, another), takesPassword: true }),
    },
  ],
  ['unlock', { takesEmail: true, read: (_options, email) => ({ command: unlockAddress(email) }) }],
  ['rotate-key', { read: () => ({ command: rotateKey }) }],
  [
    'export-audit',
    { options: ['since', 'until'], read: (options) => ({ command: exportSpan(spanOf(options)), takesItsTime: true }) },
  ],
  ['was-erased', { takesEmail: true, read: (_options, email) => ({ command: wasErased(email) }) }],
  ['migrate', { options: ['retry'], read: ({ retry }) => ({ command: migrateOnly, retry }) }],
]);

type Options = ReturnType<typeof parse>['options'];

function parse(args: readonly string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { another: { type: 'boolean' }, retry: { type: 'string' }, since: { type: 'string' }, until: { type: 'string' } },
    });
    return { positionals, options: values };
  } catch {
    throw new UsageError(usage);
  }
}

function spanOf({ since: from, until: to }: Options): Span {
  if (from === undefined) throw new UsageError(usage);
  const since = instantOf('--since', from);
  const until = to === undefined ? null : instantOf('--until', to);
  if (until && until < since) throw new UsageError(`--until is before --since.\n\n${usage}`);
  return { since, until };
}

function instantOf(option: string, text: string): Date {
  const instant = readInstant(text);
  if (!instant) throw new UsageError(`${option}: ${JSON.stringify(text)} is no instant.\n\n${usage}`);
  return instant;
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

const exportSpan =
  (span: Span): Command =>
  async ({ steward }, { write, terminal }) => {
    await exportAudit(steward.database, { ...span, write, onProgress: progressBar(terminal) });
  };

const wasErased =
  (email: string): Command =>
  async (context, { say }) => {
    const erasures = await erasuresOf(context, email);
    if (erasures.length === 0) say(`${email} was not erased.`);
    for (const at of erasures) say(`${email} was erased at ${at.toISOString()}.`);
  };

// Every command begins with the migrations; this one has nothing else to do.
const migrateOnly: Command = async (_context, { say }, migrations) =>
  say(migrations.length === 0 ? 'There was nothing to migrate.' : `Applied: ${migrations.join(', ')}`);

// Commands listen nowhere, so ports are not theirs to judge.
const settingsOf = ({ PORT, METRICS_PORT, ADMIN_PASSWORD, ...environment }: NodeJS.ProcessEnv): Settings =>
  readSettings(environment);
