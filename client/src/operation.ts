/** One operation of the graph, with the types of what goes in and what comes back. */
export interface Operation<Data, Variables> {
  /** The whole text, fragments included. */
  readonly text: string;
  /** Carries the types, and is never there. The name is the one that GraphQL clients agree on. */
  readonly __apiType?: (variables: Variables) => Data;
}

/** An operation of its own text and those of the fragments that it uses. */
export function operation<Data, Variables>(own: string, fragments: readonly string[] = []): Operation<Data, Variables> {
  return { text: [own, ...fragments].join(' ') };
}
