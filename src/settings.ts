import type { DatabaseLocation } from './database.ts';
import { root } from './root.ts';
import type { Limits } from './settings/limits.ts';
import { decide } from './settings/rules.ts';
import { knownNames, parseTable } from './settings/table.ts';

export type { Limits } from './settings/limits.ts';
export { settingsTable } from './settings/table.ts';

export type Mode = 'production' | 'development' | 'test';

/** What the process was told by its environment, read once. Nothing else reads `process.env`. */
export interface Settings {
  readonly mode: Mode;
  readonly port: number;
  readonly host: string;
  readonly database: DatabaseLocation;
  /** Where the embedded database, the development secret and the demo accounts are kept. */
  readonly dataFolder: string;
  readonly secret: Uint8Array;
  /** Links in mail, `iss`, and the `Host` that is accepted; never taken from a request. */
  readonly publicUrl: URL;
  readonly smtpUrl: string | null;
  /** Mail stays queued. */
  readonly holdMail: boolean;
  readonly mailFrom: { readonly name: string; readonly address: string };
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly graphiql: boolean;
  /** Introspection, and suggestions in messages. */
  readonly introspection: boolean;
  readonly trustedDocuments: 'off' | 'only';
  readonly trustedDocumentFiles: readonly string[];
  readonly metricsPort: number | null;
  readonly logLevel: string;
  readonly limits: Limits;
}

/** The environment is not one that Steward starts with. Names every setting that is wrong, and no value, since a value may be a secret. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/** Reads the environment. Throws a `SettingsError` that names everything that is wrong at once. In development it makes and keeps a secret where none is given. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const { values, problems } = parseTable(environment);
  problems.push(...unknownNames(environment));
  const settings = decide(values, problems, root);
  if (problems.length > 0 || settings === undefined) throw new SettingsError(problems);
  return settings;
}

/** A misspelt limit must not be silently ignored. */
function unknownNames(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('STEWARD_') && !knownNames.has(name))
    .filter((name) => !(name === 'STEWARD_TEST_DATABASE' && environment.NODE_ENV === 'test'))
    .map((name) => `${name}: is no setting of Steward`);
}
