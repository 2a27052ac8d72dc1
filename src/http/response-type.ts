/** How an answer may be written, by what the client accepts. */
export interface Accepted {
  readonly json: 'application/graphql-response+json' | 'application/json';
  /** Whether it would rather have an event stream than JSON. */
  readonly prefersStream: boolean;
  /** Whether it takes one where there is nothing else, as for a subscription. */
  readonly takesStream: boolean;
}

/** The types that the client prefers; application/json where it has no say (GraphQL over HTTP). */
export function acceptedTypes(accept: readonly string[] = []): Accepted {
  const quality = (type: string): number => {
    for (const part of accept.join(',').toLowerCase().split(',')) {
      const [name, ...parameters] = part.split(';').map((text) => text.trim());
      if (name === type) return Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    }
    return 0;
  };
  const newer = quality('application/graphql-response+json');
  const older = quality('application/json');
  const stream = quality('text/event-stream');
  return {
    json: newer > 0 && newer >= older ? 'application/graphql-response+json' : 'application/json',
    prefersStream: stream > newer && stream > older,
    takesStream: stream > 0,
  };
}
