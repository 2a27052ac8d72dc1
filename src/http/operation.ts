import { type GraphQLError, type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { badInput, RequestError } from '../errors.ts';
import type { Limits } from '../settings.ts';
import { weightOf } from './cost.ts';
import type { createDocuments, SoundDocument, UnsoundDocument } from './documents.ts';
import { aboveLimit } from './limits.ts';
import type { Params } from './params.ts';

/** One operation that may run: within all limits, which were judged from its document and variables alone. */
export interface Operation {
  readonly params: Params;
  readonly document: SoundDocument;
  readonly definition: OperationDefinitionNode;
  readonly cost: number;
  /** Scalar values that it may return. */
  readonly leaves: number;
}

/** One that may not, and why. */
export interface RefusedOperation {
  readonly params: Params;
  readonly errors: readonly (GraphQLError | RequestError)[];
  readonly code: UnsoundDocument['code'];
}

export interface Reading {
  readonly schema: GraphQLSchema;
  readonly documents: ReturnType<typeof createDocuments>;
  readonly limits: Limits;
  /** Whether the answer may be an event stream, which a subscription needs. */
  readonly mayStream: boolean;
}

/** Decides from what was sent whether it may run, before the caller is known or anything is read. */
export function readOperation({ schema, documents, limits, mayStream }: Reading, params: Params): Operation | RefusedOperation {
  const document = documents(params.query);
  if ('errors' in document) return { params, errors: document.errors, code: document.code };
  try {
    const definition = named(document, params.operationName);
    const isSubscription = definition.operation === 'subscription';
    if (isSubscription && !mayStream) throw badInput('A subscription is answered as text/event-stream alone.');
    const { objects: cost, leaves } = weightOf({
      schema,
      fragments: document.fragments,
      operation: definition,
      variables: params.variables,
      limits,
    });
    if (isSubscription && cost === 0) throw badInput('A subscription selects one field, and never leaves it out.');
    if (cost > limits.cost) throw aboveLimit('cost', limits.cost, cost, 'Cost of an operation');
    if (leaves > limits.leaves) throw aboveLimit('leaves', limits.leaves, leaves, 'Scalar values of an operation');
    return { params, document, definition, cost, leaves };
  } catch (error) {
    if (error instanceof RequestError) return { params, errors: [error], code: 'BAD_USER_INPUT' };
    throw error;
  }
}

function named({ ast }: SoundDocument, operationName: string | null): OperationDefinitionNode {
  const definition = getOperationAST(ast, operationName);
  if (!definition) {
    throw badInput(
      operationName === null
        ? 'Name the operation: the document holds several, or none.'
        : 'The document holds no operation of that name.',
    );
  }
  return definition;
}
