import type { CallOptions } from './calls.ts';
import { StewardError } from './errors.ts';
import type { Calling } from './transport/calling.ts';

/** A document of one's own, with the types of what comes back and what goes in where it carries them. */
export type RequestDocument<Data = any, Variables = any> =
  | string
  // biome-ignore lint/complexity/noBannedTypes: the client preset of graphql-codegen gives `String` objects.
  | ((String | { readonly text: string } | { readonly kind: 'Document' }) & Typed<Data, Variables>);

interface Typed<Data, Variables> {
  readonly __apiType?: ((variables: Variables) => Data) | undefined;
}

export interface RequestOptions extends CallOptions {
  /** Never in a batch: it goes at once, by itself. */
  readonly alone?: boolean | undefined;
  /** Which one, of a document with several operations. */
  readonly operationName?: string | undefined;
}

type Print = (document: any) => string;

/** Gives the data as the graph spells it. */
export type RequestFunction = <Data = any, Variables = Record<string, unknown>>(
  document: RequestDocument<Data, Variables>,
  ...rest: Given<Variables>
) => Promise<Data>;

/** What is required has to be there, and what is not known must not. */
// biome-ignore lint/complexity/noBannedTypes: whether there may be nothing, too.
type Given<Variables> = {} extends Variables
  ? [variables?: NoInfer<Variables>, options?: RequestOptions]
  : [variables: NoInfer<Variables>, options?: RequestOptions];

export function createRequest({ ask }: Pick<Calling, 'ask'>, print: Print | undefined): RequestFunction {
  return async (document, ...[variables, options]) => (await ask<any>(textOf(document, print), variables ?? {}, options)).data;
}

function textOf(document: any, print: Print | undefined): string {
  if (document.kind !== 'Document') return typeof document.text === 'string' ? document.text : String(document);
  if (document.loc?.source) return document.loc.source.body;
  if (print) return print(document);
  throw new StewardError(
    'BAD_OPTIONS',
    0,
    "The document has no source text: give createAuthClient the option `print`, graphql's function of that name.",
  );
}
