import pino, { type Logger } from 'pino';

/** JSON lines on standard output. Secrets are not logged in the first place; the list below is a second guard. */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['*.password', '*.token', '*.authorization', '*.cookie'], censor: '[redacted]' },
    serializers: { err: withoutValues },
  });
}

/** An error of the database can repeat the values that it met; they are left out, since they may be anybody's data. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const { code, constraint, table } = error as unknown as Record<string, unknown>;
  return { name, message, stack, code, constraint, table, ...(cause !== undefined && { cause: withoutValues(cause) }) };
}
