import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { Settings } from '../settings.ts';
import type { Values } from './table.ts';
import { secret } from './values.ts';

/** What the settings mean together: the rules of each mode, and the defaults. Adds to `problems`; undefined where any stands. */
export function decide(values: Values, problems: string[], projectFolder: string): Settings | undefined {
  const mode = values.NODE_ENV ?? 'development';
  const production = mode === 'production';
  const port = values.PORT ?? 4000;
  const dataFolder = resolve(projectFolder, values.STEWARD_DATA_FOLDER ?? '.data');

  // A mode that could not be read is no mode to judge the rest by.
  if (production) problems.push(...missingInProduction(values, problems));
  if (values.METRICS_PORT !== undefined && values.METRICS_PORT === port) problems.push('METRICS_PORT: must differ from PORT');
  if (production && port === 0) problems.push('PORT: must be a port number');
  if (problems.length > 0) return undefined;

  const secretBytes = values.STEWARD_SECRET ?? (mode === 'test' ? randomBytes(32) : keptSecret(dataFolder, problems));
  if (secretBytes === undefined) return undefined;
  const open = values.GRAPHIQL ?? !production;
  const publicUrl = values.PUBLIC_URL ?? new URL(`http://127.0.0.1:${port}`);
  return {
    mode,
    port,
    host: values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    database: values.DATABASE_URL === undefined ? { folder: join(dataFolder, 'database') } : { url: values.DATABASE_URL },
    dataFolder,
    secret: secretBytes,
    publicUrl,
    smtpUrl: values.SMTP_URL ?? null,
    holdMail: values.MAIL === 'hold',
    mailFrom: values.MAIL_FROM ?? { name: 'Steward', address: `no-reply@${mailHost(publicUrl)}` },
    corsOrigins: values.CORS_ORIGINS ?? [],
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    graphiql: open,
    introspection: open,
    trustedDocuments: values.TRUSTED_DOCUMENTS ?? 'off',
    trustedDocumentFiles: (values.TRUSTED_DOCUMENT_FILES ?? []).map((file) => resolve(projectFolder, file)),
    metricsPort: values.METRICS_PORT ?? null,
    logLevel: values.LOG_LEVEL ?? (mode === 'test' ? 'silent' : 'info'),
    limits: values.limits,
  };
}

/** An address can't end in a bare IP address, as PUBLIC_URL can on a developer's machine. */
function mailHost({ hostname }: URL): string {
  return isIP(hostname) !== 0 || hostname.startsWith('[') ? 'localhost' : hostname;
}

/** One-line defaults exist in development only. A setting that is there and wrong has been named already. */
function missingInProduction(values: Values, named: readonly string[]): string[] {
  const missing: [absent: boolean, name: string, problem: string][] = [
    [values.DATABASE_URL === undefined, 'DATABASE_URL', 'is needed in production'],
    [values.STEWARD_SECRET === undefined, 'STEWARD_SECRET', 'is needed in production: `openssl rand -base64 32` makes one'],
    [values.PUBLIC_URL === undefined, 'PUBLIC_URL', 'is needed in production'],
    [values.SMTP_URL === undefined && values.MAIL === undefined, 'SMTP_URL', 'is needed in production, or MAIL=hold'],
  ];
  return missing
    .filter(([absent, name]) => absent && !named.some((problem) => problem.startsWith(`${name}:`)))
    .map(([, name, problem]) => `${name}: ${problem}`);
}

/** Development keeps a random secret in the data folder, readable by its owner alone, so that tokens survive a restart. */
function keptSecret(dataFolder: string, problems: string[]): Uint8Array | undefined {
  const file = join(dataFolder, 'secret');
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    try {
      // `wx` fails where the file exists, so of two processes that start at once one writes and both read the same.
      writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      chmodSync(file, 0o600);
    }
    const result = secret.safeParse(readFileSync(file, 'utf8'));
    if (result.success) return result.data;
    problems.push(`STEWARD_SECRET: the one kept in ${file} can not be read; delete the file, or give the setting`);
  } catch (error) {
    problems.push(`STEWARD_DATA_FOLDER: ${dataFolder} can not be written (${(error as NodeJS.ErrnoException).code})`);
  }
  return undefined;
}
