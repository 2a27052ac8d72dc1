import { createSourceEventStream, type ExecutionResult, execute, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Arrival, Asking, Context, Steward } from '../context.ts';
import type { Reach } from '../reach.ts';
import type { Operation, RefusedOperation } from './operation.ts';
import { type ShownError, shownError } from './shown-error.ts';

/** An answer to one operation, as it is written: nothing in it is to be masked any more. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly ShownError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

type Ask<Out> = (operation: Operation | RefusedOperation, arrival: Arrival, asking: Asking) => Promise<Out>;

export interface Answer {
  /** Answers a query or a mutation. */
  readonly once: Ask<Result>;
  /** Answers a subscription: results as they come, or one that says why there are none. */
  readonly follow: Ask<Result | AsyncIterableIterator<Result>>;
}

/** What Yoga is handed beside the context of resolvers. */
interface ServerContext extends Context {
  readonly operation: Operation;
}

/** The document was read and validated before, under the limits: Yoga is told so. */
const alreadyRead: Plugin<ServerContext> = {
  onParse: ({ context, setParsedDocument }) => setParsedDocument(context.operation.document.ast),
  onValidate: ({ setResult }) => setResult([]),
};

/** Makes what answers an operation, whichever way it came in. */
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

  const showing = ({ requestId }: Arrival) => {
    const log = steward.log.child({ requestId });
    return (error: unknown, code: string) => shownError(error, code, { log, suggestions });
  };

  const once: Answer['once'] = async (operation, arrival, asking) => {
    const show = showing(arrival);
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

  const follow: Answer['follow'] = async (operation, arrival, asking) => {
    if ('errors' in operation) return once(operation, arrival, asking);
    const { params, document, cost } = operation;
    const show = showing(arrival);
    const shown = ({ errors, ...rest }: ExecutionResult): Result => ({
      ...(errors && { errors: errors.map((error) => show(error, 'BAD_USER_INPUT')) }),
      ...('data' in rest && { data: rest.data }),
      extensions: { cost },
    });
    // What is remembered for a context belongs to one event: rights change while a stream runs.
    const asked = () => ({
      schema,
      document: document.ast,
      variableValues: params.variables,
      operationName: params.operationName,
      contextValue: { steward, arrival, asking } satisfies Context,
    });
    const opened = await createSourceEventStream(asked()).catch((error: unknown) => ({ errors: [error] }) as ExecutionResult);
    if (!(Symbol.asyncIterator in opened)) return shown(opened);
    const happenings = opened[Symbol.asyncIterator]();
    // Nobody waits for it any more.
    if (arrival.givenUp.aborted) await happenings.return?.();

    async function* results(): AsyncGenerator<Result, void> {
      try {
        for (let next = await happenings.next(); !next.done; next = await happenings.next()) {
          asking.actWith((next.value as Followed).reach);
          yield shown(await execute({ ...asked(), rootValue: next.value }));
        }
      } catch (error) {
        yield { errors: [show(error, 'BAD_USER_INPUT')], extensions: { cost } };
      }
    }
    const told = results();
    const listener: AsyncIterableIterator<Result> = {
      next: () => told.next(),
      async return() {
        // The generator itself would first end its waiting.
        await happenings.return?.();
        return told.return(undefined);
      },
      [Symbol.asyncIterator]: () => listener,
    };
    return listener;
  };

  return { once, follow };
}

/** What every subscription of the schema gives: it comes with the rights that it is told by. */
interface Followed {
  readonly reach: Reach;
}
