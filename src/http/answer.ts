import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Arrival, Asking, Context, Steward } from '../context.ts';
import type { Operation, RefusedOperation } from './operation.ts';
import { type ShownError, shownError } from './shown-error.ts';

/** An answer to one operation, as it is written: nothing in it is to be masked any more. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly ShownError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export type Answer = (operation: Operation | RefusedOperation, arrival: Arrival, asking: Asking) => Promise<Result>;

/** What Yoga is handed beside the context of resolvers. */
interface ServerContext extends Context {
  readonly operation: Operation;
}

/** The document was read and validated before, under the limits: Yoga is told so. */
const alreadyRead: Plugin<ServerContext> = {
  onParse: ({ context, setParsedDocument }) => setParsedDocument(context.operation.document.ast),
  onValidate: ({ setResult }) => setResult([]),
};

/** Makes the one function that answers an operation, whichever way it came in. */
export function createAnswer(steward: Steward, schema: GraphQLSchema): Answer {
  const suggestions = steward.settings.introspection;
  const yoga = createYoga<ServerContext>({
    schema,
    plugins: [alreadyRead],
    parserAndValidationCache: false,
    // Errors are masked below, where the id of the request is known.
    maskedErrors: false,
    logging: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
  });
  // Yoga asks for one, and reads nothing of it where parameters are handed over.
  const request = new Request('http://steward.invalid/graphql', { method: 'POST' });

  return async (operation, arrival, asking) => {
    const log = steward.log.child({ requestId: arrival.requestId });
    const show = (error: unknown, code: string) => shownError(error, code, { log, suggestions });
    if ('errors' in operation) return { errors: operation.errors.map((error) => show(error, operation.code)) };

    const { params, cost } = operation;
    const extensions = { cost };
    try {
      const { query, variables, operationName } = params;
      const result = (await yoga.getResultForParams(
        { params: { query, variables, ...(operationName !== null && { operationName }) }, request },
        { steward, arrival, asking, operation },
      )) as ExecutionResult;
      const errors = result.errors?.map((error) => show(error, 'BAD_USER_INPUT'));
      return { ...(errors && { errors }), ...('data' in result && { data: result.data }), extensions };
    } catch (error) {
      return { errors: [show(error, 'BAD_USER_INPUT')], data: null, extensions };
    }
  };
}
