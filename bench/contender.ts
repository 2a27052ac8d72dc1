import type { ServerProcess } from './server-process.ts';
import type { Place, Work } from './work.ts';

/** Where a contender is started, and for whom it answers. */
export interface Ground {
  readonly databaseUrl: string;
  /** `iss` and `aud` of access tokens. */
  readonly issuer: string;
  /** Of Steward, which keeps its signing key sealed with it. */
  readonly secret: string;
  readonly port: number;
  readonly folder: string;
  readonly profileFolder: string | undefined;
}

/** A server that is measured. */
export interface Contender {
  readonly name: string;
  start(ground: Ground): Promise<ServerProcess>;
  /** Where and how it is asked for a work. */
  request(work: Work, parameters: unknown): { readonly path: string; readonly body: object };
  /** What it answers, in the shape of Steward's `data`. Throws where it refused. */
  data(answer: any): unknown;
}

/** How a server of GraphQL is asked and answers. */
export const overGraphql = (cursorOf: (place: Place) => string): Pick<Contender, 'request' | 'data'> => ({
  request: ({ document, variables }, parameters) => ({
    path: '/graphql',
    body: { query: document, variables: variables(parameters, cursorOf) },
  }),
  data({ data, errors }) {
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  },
});

/** Connections to PostgreSQL that each contender has. */
export const poolSize = 10;
