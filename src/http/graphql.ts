import type { GraphQLSchema } from 'graphql';
import { type Arrival, createAsking, type Steward } from '../context.ts';
import type { Limits } from '../settings.ts';
import { mustComeAlone } from './alone.ts';
import { type Answer, createAnswer, type Result } from './answer.ts';
import { writeResults } from './answer-text.ts';
import { readArrival, readIdempotencyKey } from './arrival.ts';
import { readJson } from './body.ts';
import { countTokens, createDocuments } from './documents.ts';
import { eventStream, eventStreamOf } from './event-stream.ts';
import { type Operation, type RefusedOperation, readOperation } from './operation.ts';
import { type Params, readParams } from './params.ts';
import { type PlainAnswer, type PlainRequest, Refused } from './plain.ts';
import { type Accepted, acceptedTypes } from './response-type.ts';
import { documentSource } from './trusted-documents.ts';
import type { Visit } from './visit.ts';

type Read = Operation | RefusedOperation;

/**
 * Makes `POST /graphql`: one operation or a batch, judged wholly before the caller is known; one alone may be answered by an
 * event stream.
 */
export function createGraphql(steward: Steward, schema: GraphQLSchema, { heartbeatMs }: { heartbeatMs: number }) {
  const { settings } = steward;
  const { limits } = settings;
  const documents = createDocuments(schema, settings);
  const documentOf = documentSource(settings);
  const answer = createAnswer(steward, schema);

  return async function post(request: PlainRequest, visit: Visit): Promise<PlainAnswer> {
    const accepted = acceptedTypes(request.headers.accept);
    const { arrival, headerKey, setCookies } = readArrival(request, visit, settings);
    const sent = readParams(await readJson(request, limits.bodyBytes), limits.batch, documentOf);
    if (sent.isBatch && accepted.prefersStream) {
      throw new Refused(400, 'BAD_REQUEST', 'An event stream answers one operation, not a batch.');
    }
    if (sent.isBatch) checkTokens(sent.operations, limits.batchTokens);
    // Each document once, since one that is refused is not kept and would be validated anew.
    const read = new Map<string, ReturnType<typeof documents>>();
    const once = (text: string) => {
      const document = read.get(text) ?? documents(text);
      read.set(text, document);
      return document;
    };
    const mayStream = accepted.takesStream && !sent.isBatch;
    const operations = sent.operations.map((params) => readOperation({ schema, documents: once, limits, mayStream }, params));
    visit.operations = operations.map(describe);
    if (sent.isBatch) checkBatch(operations, headerKey, limits);

    const timer = new AbortController();
    const arrivals = operations.map(
      (operation): Arrival => ({
        ...arrival,
        givenUp: timer.signal,
        isBatch: sent.isBatch,
        idempotency: idempotencyOf(operation, headerKey),
      }),
    );
    const isStream = accepted.prefersStream || isSubscription(operations[0]!);
    const answering = isSubscription(operations[0]!)
      ? follow(operations[0], arrivals[0]!)
      : answerAll(steward, answer, operations, arrivals);
    const answered = await inTime(answering, operations.length, limits.requestMs, timer);
    if (!Array.isArray(answered)) {
      const textOf = (result: Result) => writeResults([result], limits.answerBytes).texts[0]!;
      return { status: 200, headers: streamHeaders, body: eventStream(answered, textOf, heartbeatMs) };
    }
    const { texts, results } = writeResults(answered, limits.answerBytes);
    visit.errorCodes = results.flatMap(({ errors }) => (errors ?? []).map(({ extensions }) => String(extensions.code)));
    const cookies = setCookies.length > 0 && { 'set-cookie': setCookies };
    if (isStream) return { status: 200, headers: { ...streamHeaders, ...cookies }, body: eventStreamOf(texts) };
    const headers = { 'content-type': `${accepted.json}; charset=utf-8`, ...cookies };
    if (sent.isBatch) return { status: 200, headers, body: `[${texts.join(',')}]` };
    return { status: statusOf(results[0]!, accepted.json), headers, body: texts[0]! };
  };

  /** Listeners read by a share of the database that is theirs, all together. */
  async function follow(operation: Operation, arrival: Arrival): Promise<Result[] | AsyncIterableIterator<Result>> {
    const opened = await answer.follow(operation, arrival, createAsking(steward, arrival, steward.auditFeed.reads));
    return Symbol.asyncIterator in opened ? opened : [opened];
  }
}

/** Queries of a batch run together and share the caller and the loaders. With a mutation among them each is on its own, in order. */
async function answerAll(
  steward: Steward,
  answer: Answer,
  operations: readonly Read[],
  arrivals: readonly Arrival[],
): Promise<Result[]> {
  if (!operations.some(isMutation)) {
    const asking = createAsking(steward, arrivals[0]!);
    return Promise.all(operations.map((operation, i) => answer.once(operation, arrivals[i]!, asking)));
  }
  const results: Result[] = [];
  for (const [i, operation] of operations.entries()) {
    results.push(await answer.once(operation, arrivals[i]!, createAsking(steward, arrivals[i]!)));
  }
  return results;
}

const isMutation = (operation: Read): operation is Operation =>
  'definition' in operation && operation.definition.operation === 'mutation';

const isSubscription = (operation: Read): operation is Operation =>
  'definition' in operation && operation.definition.operation === 'subscription';

// Some proxies hold an answer back until it is large, unless told.
const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };

/**
 * The key of a mutation that may be repeated. What takes a secret or gives tokens comes alone, and has none: its outcome
 * is not kept.
 */
function idempotencyOf(operation: Read, headerKey: string | null): Arrival['idempotency'] {
  const { query, operationName, variables, extensions } = operation.params;
  const key = headerKey ?? readIdempotencyKey(extensions.idempotencyKey);
  if (key === null || !isMutation(operation) || mustComeAlone(operation) !== null) return null;
  return { key, operation: JSON.stringify([query, operationName, variables]) };
}

/** Throws where the documents of a batch are more than it may bring, before any of them is parsed. */
function checkTokens(operations: readonly Params[], limit: number): void {
  const texts = new Set(operations.map(({ query }) => query));
  let tokens = 0;
  for (const text of texts) tokens += countTokens(text);
  if (tokens > limit) throw tooMuchOf('batchTokens', limit, tokens, 'Tokens in a batch');
}

/** Throws where a batch as a whole may not run. */
function checkBatch(operations: readonly Read[], headerKey: string | null, limits: Limits): void {
  if (headerKey !== null) {
    throw new Refused(
      400,
      'BAD_REQUEST',
      'In a batch each operation has a key of its own: `extensions.idempotencyKey`, not the header.',
    );
  }
  const sound = operations.filter((operation) => 'definition' in operation);
  const lone = sound.map(mustComeAlone).find((name) => name !== null);
  if (lone) throw new Refused(400, 'BAD_REQUEST', `${lone} must come alone, not in a batch.`);
  const cost = sound.reduce((sum, operation) => sum + operation.cost, 0);
  if (cost > limits.batchCost) throw tooMuchOf('batchCost', limits.batchCost, cost, 'Cost of a batch');
  const leaves = sound.reduce((sum, operation) => sum + operation.leaves, 0);
  if (leaves > 2 * limits.leaves) throw tooMuchOf('leaves', 2 * limits.leaves, leaves, 'Scalar values of a batch');
}

const tooMuchOf = (which: keyof Limits, limit: number, got: number, what: string): Refused =>
  new Refused(400, 'BAD_USER_INPUT', `${what}: ${limit} at most, and this is ${got}.`, { details: { which, limit, got } });

/**
 * A request that takes too long is told so, and given up: what it reads goes on to its own end, bounded by the time-outs of
 * statements, but no change is committed any more.
 */
async function inTime<Stream>(
  results: Promise<Result[] | Stream>,
  count: number,
  ms: number,
  giveUp: AbortController,
): Promise<Result[] | Stream> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<Result[]>((resolve) => {
    const error = { message: 'This takes too long; try again later.', extensions: { code: 'UNAVAILABLE' } };
    timer = setTimeout(() => {
      giveUp.abort();
      resolve(Array(count).fill({ errors: [error], data: null }));
    }, ms);
  });
  try {
    return await Promise.race([results, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing was executed where there is no `data`; only the newer type may say so in the status. */
function statusOf(result: Result, type: Accepted['json']): number {
  if ('data' in result || type === 'application/json') return 200;
  return result.errors?.some(({ extensions }) => extensions.code === 'INTERNAL_SERVER_ERROR') ? 500 : 400;
}

/** For the log: what was asked, without values. */
function describe(operation: Read): string {
  if (!('definition' in operation)) return 'refused';
  return `${operation.definition.operation} ${operation.definition.name?.value.slice(0, 100) ?? 'anonymous'}`;
}
