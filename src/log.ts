import pino, { type Logger } from 'pino';

/**
 * JSON lines on standard output. Secrets are not logged in the first place; the list below is a second guard. Written
 * synchronously: what is left for the end of the process would be tried again for ever where nobody reads any more.
 */
export function createLog(level: string): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: ['*.password', '*.token', '*.authorization', '*.cookie'], censor: '[redacted]' },
    serializers: { err: withoutValues },
  };
  return pino(options, pino.destination({ fd: 1, sync: true }));
}

/** An error of the database can repeat the values that it met; they are left out, since they may be anybody's data. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const { code, constraint, table } = error as unknown as Record<string, unknown>;
  return { name, message, stack, code, constraint, table, ...(cause !== undefined && { cause: withoutValues(cause) }) };
}
