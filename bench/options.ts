import { parseArgs } from 'node:util';

export interface Options {
  /** How many users the database is filled with. */
  readonly users: number;
  /** How often every cell of the table is measured. */
  readonly rounds: number;
  /** How long each time. */
  readonly seconds: number;
  readonly connections: readonly number[];
  /** Names; all where undefined. */
  readonly works: readonly string[] | undefined;
  readonly contenders: readonly string[] | undefined;
  /** Where V8 writes profiles of Steward's process to. */
  readonly profileFolder: string | undefined;
}

export const usage = `npm run bench -- [--quick] [options]

  --quick                  20,000 users and short measurements: under three minutes in all
  --users N                200,000 unless told
  --rounds N               how often each is measured; 7, quick 3
  --seconds S              how long each time; 3, quick 0.6
  --connections 1,16       how many requests are under way at once
  --works U50,U1           these alone
  --contenders floor,steward   these alone
  --profile FOLDER         writes a V8 profile of Steward's process

On a PostgreSQL of its own, or on DATABASE_URL: a database that is empty, which is filled, or one that was filled so before.
`;

/** What the command line asks for. Throws where it can't be understood. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      users: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      works: { type: 'string' },
      contenders: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  return {
    users: positive('users', values.users) ?? (quick ? 20_000 : 200_000),
    rounds: positive('rounds', values.rounds) ?? (quick ? 3 : 7),
    seconds: positive('seconds', values.seconds) ?? (quick ? 0.6 : 3),
    connections: names(values.connections)?.map((text) => positive('connections', text)!) ?? [1, 16],
    works: names(values.works),
    contenders: names(values.contenders),
    profileFolder: values.profile,
  };
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name}: ${text} is no number above zero.`);
  return value;
}

const names = (text: string | undefined): string[] | undefined => text?.split(',').map((name) => name.trim());
