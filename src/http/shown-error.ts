import type { Logger } from 'pino';
import type { RequestError } from '../errors.ts';

/** An error as a client sees it. */
export interface ShownError {
  readonly message: string;
  readonly locations?: unknown;
  readonly path?: unknown;
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface Showing {
  /** Logs what is masked, under the id that the answer carries. */
  readonly log: Pick<Logger, 'error'>;
  /** Whether messages may tell what else there is in the schema. */
  readonly suggestions: boolean;
}

/**
 * Decides what of an error a client may see: a `RequestError` as it is, what GraphQL itself says of a document or a value
 * with `code`, and of everything else nothing but that it happened. Kinds are told by name, since two copies of graphql
 * may be loaded.
 */
export function shownError(error: unknown, code: string, { log, suggestions }: Showing): ShownError {
  const { locations, path } = error as Thrown;
  const place = { ...(locations !== undefined && { locations }), ...(path !== undefined && { path }) };
  const cause = origin(error);

  if (isNamed(cause, 'RequestError')) {
    const refused = cause as RequestError;
    return { message: refused.message, ...place, extensions: { code: refused.code, ...refused.extensions } };
  }
  if (isNamed(cause, 'GraphQLError') && isOfClient(cause)) {
    const said = withoutValues(error as Thrown);
    // A suggestion is the last that GraphQL says.
    const message = suggestions ? said : before(said, ' Did you mean ');
    return { message: message.slice(0, 1000), ...place, extensions: { code: cause.extensions?.code ?? code } };
  }
  log.error({ err: cause, path }, 'unexpected error');
  return { message: 'Something went wrong on our side.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly locations?: unknown;
  readonly path?: readonly unknown[];
  readonly originalError?: Thrown;
  readonly extensions?: { readonly code?: unknown };
}

const isNamed = (error: unknown, name: string): error is Thrown => error instanceof Error && error.name === name;

/** What was thrown in the first place; graphql wraps it to say where. */
function origin(error: unknown): unknown {
  let cause = error;
  while (isNamed(cause, 'GraphQLError') && cause.originalError) cause = cause.originalError;
  return cause;
}

/** GraphQL's own word on what was sent comes with a code, before any field is reached, or names an argument. Else it was thrown by a resolver, which should not. */
const isOfClient = ({ extensions, path, message }: Thrown): boolean =>
  extensions?.code !== undefined || path === undefined || message.startsWith('Argument "');

/**
 * GraphQL repeats values in its messages; they may be passwords, and messages end in other people's logs. A value may be as long as
 * a body, so nothing here searches twice for where it ends: whatever follows its beginning goes.
 */
function withoutValues({ message, originalError }: Thrown): string {
  const variable = /^Variable "\$\w+" got invalid value /.exec(message)?.[0].trimEnd();
  if (variable === undefined) return withoutValue(message);
  const inner = originalError?.message ?? '';
  if (inner === '' || !message.endsWith(`; ${inner}`)) return `${variable}.`;
  const whole = message.slice(0, -inner.length - 2);
  const place = /^ at "[\w.[\]]+"$/.exec(whole.slice(Math.max(0, whole.lastIndexOf(' at "'))))?.[0] ?? '';
  return `${variable}${place}; ${withoutValue(inner)}`;
}

function withoutValue(message: string): string {
  if (message.startsWith('Value "')) {
    const end = message.lastIndexOf('" does not exist in "');
    if (end > 0) return `Value${message.slice(end + 1)}`;
  }
  if (message.startsWith('Argument "') && message.includes('" has invalid value ')) {
    return `${before(message, '" has invalid value ')}" has an invalid value.`;
  }
  const short = message.replace(/(?<=value): [\s\S]*$|, found [^A-Z][\s\S]*$/, '.');
  const text = before(short, 'String "');
  return text === short ? short : `${text}String.`;
}

function before(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}
