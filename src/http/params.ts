import { Refused } from './plain.ts';
import type { DocumentSource } from './trusted-documents.ts';

/** One operation as it was sent. Every object in it comes from JSON, so nothing is inherited but from Object. */
export interface Params {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The operations of a body, in order, and whether it was a batch. Throws 400 for what is neither. */
export function readParams(
  body: unknown,
  maxBatch: number,
  documentOf: DocumentSource,
): { operations: Params[]; isBatch: boolean } {
  if (!Array.isArray(body)) return { operations: [readOne(body, documentOf)], isBatch: false };
  if (body.length === 0) throw new Refused(400, 'BAD_REQUEST', 'A batch holds one operation at least.');
  if (body.length > maxBatch) {
    throw new Refused(400, 'BAD_USER_INPUT', `A batch may hold ${maxBatch} operations.`, {
      details: { which: 'batch', limit: maxBatch, got: body.length },
    });
  }
  return { operations: body.map((one) => readOne(one, documentOf)), isBatch: true };
}

function readOne(sent: unknown, documentOf: DocumentSource): Params {
  if (!isObject(sent)) throw wrong('An operation is a JSON object.');
  const { variables, operationName, extensions } = sent;
  const query = documentOf(sent);
  if (typeof query !== 'string') throw wrong('`query` must be a string.');
  if (variables != null && !isObject(variables)) throw wrong('`variables` must be an object.');
  if (operationName != null && typeof operationName !== 'string') throw wrong('`operationName` must be a string.');
  if (extensions != null && !isObject(extensions)) throw wrong('`extensions` must be an object.');
  return {
    query,
    variables: variables ?? {},
    operationName: operationName || null,
    extensions: extensions ?? {},
  };
}

const wrong = (message: string) => new Refused(400, 'BAD_REQUEST', message);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
