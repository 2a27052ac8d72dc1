import type { GraphQLSchema } from 'graphql';
import { type Arrival, createAsking, type Steward } from '../context.ts';
import type { Limits } from '../settings.ts';
import { mustComeAlone } from './alone.ts';
import { type Answer, createAnswer, type Result } from './answer.ts';
import { writeResults } from './answer-text.ts';
import { readArrival, readIdempotencyKey } from './arrival.ts';
import { readJson } from './body.ts';
import { countTokens, createDocuments } from './documents.ts';
import { type Operation, type RefusedOperation, readOperation } from './operation.ts';
import { type Params, readParams } from './params.ts';
import { type PlainAnswer, type PlainRequest, Refused } from './plain.ts';
import { documentSource } from './trusted-documents.ts';
import type { Visit } from './visit.ts';

type Read = Operation | RefusedOperation;

/** Makes `POST /graphql`: one operation or a batch, judged wholly before the caller is known. */
export function createGraphql(steward: Steward, schema: GraphQLSchema) {
  const { settings } = steward;
  const { limits } = settings;
  const documents = createDocuments(schema, settings);
  const documentOf = documentSource(settings);
  const answer = createAnswer(steward, schema);

  return async function post(request: PlainRequest, visit: Visit): Promise<PlainAnswer> {
    const type = responseType(request.headers.accept);
    const { arrival, headerKey, setCookies } = readArrival(request, visit, settings);
    const sent = readParams(await readJson(request, limits.bodyBytes), limits.batch, documentOf);
    if (sent.isBatch) checkTokens(sent.operations, limits.batchTokens);
    // Each document once, since one that is refused is not kept and would be validated anew.
    const read = new Map<string, ReturnType<typeof documents>>();
    const once = (text: string) => {
      const document = read.get(text) ?? documents(text);
      read.set(text, document);
      return document;
    };
    const operations = sent.operations.map((params) => readOperation({ schema, documents: once, limits }, params));
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
    const answering = answerAll(steward, answer, operations, arrivals);
    const answered = await inTime(answering, operations.length, limits.requestMs, timer);
    const { texts, results } = writeResults(answered, limits.answerBytes);
    visit.errorCodes = results.flatMap(({ errors }) => (errors ?? []).map(({ extensions }) => String(extensions.code)));
    const headers = { 'content-type': `${type}; charset=utf-8`, ...(setCookies.length > 0 && { 'set-cookie': setCookies }) };
    if (sent.isBatch) return { status: 200, headers, body: `[${texts.join(',')}]` };
    return { status: statusOf(results[0]!, type), headers, body: texts[0]! };
  };
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
    return Promise.all(operations.map((operation, i) => answer(operation, arrivals[i]!, asking)));
  }
  const results: Result[] = [];
  for (const [i, operation] of operations.entries()) {
    results.push(await answer(operation, arrivals[i]!, createAsking(steward, arrivals[i]!)));
  }
  return results;
}

const isMutation = (operation: Read): operation is Operation =>
  'definition' in operation && operation.definition.operation === 'mutation';

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
async function inTime(results: Promise<Result[]>, count: number, ms: number, giveUp: AbortController): Promise<Result[]> {
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

type ResponseType = 'application/graphql-response+json' | 'application/json';

/** The type that the client prefers; application/json where it has no say (GraphQL over HTTP). */
function responseType(accept: readonly string[] = []): ResponseType {
  const quality = (type: ResponseType): number => {
    for (const part of accept.join(',').toLowerCase().split(',')) {
      const [name, ...parameters] = part.split(';').map((text) => text.trim());
      if (name === type) return Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    }
    return 0;
  };
  const preferred = quality('application/graphql-response+json');
  return preferred > 0 && preferred >= quality('application/json') ? 'application/graphql-response+json' : 'application/json';
}

/** Nothing was executed where there is no `data`; only the newer type may say so in the status. */
function statusOf(result: Result, type: ResponseType): number {
  if ('data' in result || type === 'application/json') return 200;
  return result.errors?.some(({ extensions }) => extensions.code === 'INTERNAL_SERVER_ERROR') ? 500 : 400;
}

/** For the log: what was asked, without values. */
function describe(operation: Read): string {
  if (!('definition' in operation)) return 'refused';
  return `${operation.definition.operation} ${operation.definition.name?.value.slice(0, 100) ?? 'anonymous'}`;
}
