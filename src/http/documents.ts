import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Lexer,
  NoSchemaIntrospectionCustomRule,
  parse,
  Source,
  specifiedRules,
  validate,
} from 'graphql';
import type { RequestError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { aboveLimit } from './limits.ts';
import { fragmentsOf, refusalOfShape } from './shape.ts';

/** A document that was read, measured and validated. */
export interface SoundDocument {
  readonly ast: DocumentNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Why a document does not run. */
export interface UnsoundDocument {
  readonly errors: readonly (GraphQLError | RequestError)[];
  readonly code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'BAD_USER_INPUT';
}

/** A document's tree is some fifty times its text: bounded by text, so that what is kept has a bounded size too; and by number, since the smallest weigh more than their text. */
const keptCharacters = 500_000;
const keptDocuments = 1000;

/**
 * Reads documents, and keeps the sound ones that were used last: clients send the same few again and again, and reading
 * one costs more than most answers.
 */
export function createDocuments(schema: GraphQLSchema, { limits, introspection }: Pick<Settings, 'limits' | 'introspection'>) {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const kept = new Map<string, SoundDocument>();
  let characters = 0;

  function keep(text: string, document: SoundDocument): void {
    kept.set(text, document);
    characters += text.length;
    for (const oldest of kept.keys()) {
      if (characters <= keptCharacters && kept.size <= keptDocuments) break;
      kept.delete(oldest);
      characters -= oldest.length;
    }
  }

  return function read(text: string): SoundDocument | UnsoundDocument {
    const known = kept.get(text);
    if (known) {
      // Used last, so it goes to the end of the map's order.
      kept.delete(text);
      kept.set(text, known);
      return known;
    }

    let ast: DocumentNode;
    try {
      ast = parse(text, { maxTokens: limits.tokens });
    } catch (error) {
      const tokens = countTokens(text);
      if (tokens > limits.tokens) return tooMuch(aboveLimit('tokens', limits.tokens, tokens, 'Tokens in a document'));
      return { errors: [error as GraphQLError], code: 'GRAPHQL_PARSE_FAILED' };
    }
    const refusal = refusalOfShape(ast, limits);
    if (refusal) return tooMuch(refusal);
    const errors = validated(schema, ast, rules);
    if (errors.length > 0) return { errors, code: 'GRAPHQL_VALIDATION_FAILED' };

    const document = { ast, fragments: fragmentsOf(ast) };
    keep(text, document);
    return document;
  };
}

/** A rule on subscriptions throws where `@skip` or `@include` at the root hangs on a variable. */
function validated(...[schema, ast, rules]: Parameters<typeof validate>): readonly GraphQLError[] {
  try {
    return validate(schema, ast, rules, { maxErrors: 20 });
  } catch (error) {
    if ((error as Error).name === 'GraphQLError') return [error as GraphQLError];
    throw error;
  }
}

const tooMuch = (error: RequestError): UnsoundDocument => ({ errors: [error], code: 'BAD_USER_INPUT' });

/** Tokens of the text, as far as it can be read. */
export function countTokens(text: string): number {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  try {
    while (lexer.advance().kind !== '<EOF>') count++;
  } catch {
    // What can't be read any more adds no tokens.
  }
  return count;
}
