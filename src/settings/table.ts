import type { z } from 'zod';
import { limitRows } from './limits.ts';
import * as value from './values.ts';

interface Row<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** As README says it. */
  readonly byDefault: string;
  readonly description: string;
}

const row = <Schema extends z.ZodType>(schema: Schema, byDefault: string, description: string): Row<Schema> => ({
  schema,
  byDefault,
  description,
});

/** The one table of settings: what is parsed, and what README lists. */
const rows = {
  NODE_ENV: row(value.oneOf('production', 'development', 'test'), '`development`', '`production`, `development` or `test`'),
  DATABASE_URL: row(value.databaseUrl, 'embedded database', 'PostgreSQL 15 or later; needed in production'),
  STEWARD_SECRET: row(value.secret, 'kept in `.data/secret`', '32 random bytes or more, base64 or hex; needed in production'),
  PUBLIC_URL: row(
    value.publicUrl,
    '`http://127.0.0.1:PORT`',
    'where people reach this server: `iss`, the accepted `Host`; needed in production, where it should be `https`',
  ),
  SMTP_URL: row(
    value.smtpUrl,
    'none',
    '`smtp://` or `smtps://`, with user and password where wanted; needed in production, or `MAIL=hold`',
  ),
  PORT: row(value.port, '`4000`', 'port to listen on'),
  HOST: row(value.host, '`127.0.0.1`, in production `0.0.0.0`', 'address to listen on'),
  MAIL: row(value.oneOf('hold'), 'none', '`hold`: mail stays queued, and no `SMTP_URL` is needed'),
  MAIL_FROM: row(
    value.sender,
    '`Steward <no-reply@HOST>`, of `PUBLIC_URL`',
    'whom mail comes from: `Name <address>`, or an address',
  ),
  CORS_ORIGINS: row(value.origins, 'none', 'exact origins whose pages may call, separated by commas'),
  TRUSTED_PROXIES: row(
    value.proxies,
    'none',
    'proxies whose `X-Forwarded-For` counts: IP addresses or CIDR, separated by commas',
  ),
  GRAPHIQL: row(value.flag, '`true`, in production `false`', 'GraphiQL, introspection and suggestions in messages'),
  TRUSTED_DOCUMENTS: row(value.oneOf('off', 'only'), '`off`', '`only`: nothing but the operations in the manifests runs'),
  TRUSTED_DOCUMENT_FILES: row(value.list, '`client/dist/documents.json`', 'manifests, separated by commas'),
  METRICS_PORT: row(value.port, 'none', 'port of `/metrics`, on `HOST`'),
  LOG_LEVEL: row(
    value.oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    '`info`, in tests `silent`',
    'from which level on the log is written',
  ),
  STEWARD_DATA_FOLDER: row(
    value.path,
    '`.data`',
    'where the embedded database, the development secret and the demo accounts are kept',
  ),
};

export type Values = { readonly [Name in keyof typeof rows]?: z.output<(typeof rows)[Name]['schema']> } & {
  readonly limits: { readonly [Key in keyof typeof limitRows]: number };
};

export const knownNames: ReadonlySet<string> = new Set([
  ...Object.keys(rows),
  ...Object.values(limitRows).map(({ name }) => name),
]);

/** Every setting with its default and meaning, in the order in which README lists them. */
export const settingsTable: readonly { name: string; byDefault: string; description: string }[] = [
  ...Object.entries(rows).map(([name, { byDefault, description }]) => ({ name, byDefault, description })),
  ...Object.values(limitRows).map((limit) => ({
    name: limit.name,
    byDefault: `\`${limit.default}\``,
    description: limit.description,
  })),
];

/** Reads each setting by itself. An empty value is one that is not given, as in a compose file. */
export function parseTable(environment: NodeJS.ProcessEnv): { values: Values; problems: string[] } {
  const problems: string[] = [];
  const read = <Out>(name: string, schema: z.ZodType<Out>): Out | undefined => {
    const text = environment[name]?.trim();
    if (text === undefined || text === '') return undefined;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    problems.push(`${name}: ${result.error.issues[0]?.message ?? 'can not be read'}`);
    return undefined;
  };

  const limits = Object.fromEntries(
    Object.entries(limitRows).map(([key, limit]) => [
      key,
      read(limit.name, value.wholeNumber(limit.min, limit.max)) ?? limit.default,
    ]),
  );
  const values = Object.fromEntries(Object.entries(rows).map(([name, { schema }]) => [name, read<unknown>(name, schema)]));
  return { values: { ...values, limits } as Values, problems };
}
