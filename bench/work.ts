/** Where a user stands among the users, newest first. */
export interface Place {
  /** UUID. */
  readonly id: string;
  readonly createdAt: Date;
}

export interface SampledUser extends Place {
  readonly email: string;
}

/** A person found by a part of their name, with an app and an organization of theirs. */
export interface SampledSearch {
  readonly search: string;
  /** UUIDs. */
  readonly appId: string;
  readonly organizationId: string;
}

/** What parameters are drawn from: rows of the database, in an order that the seed decides. */
export interface Sample {
  readonly users: readonly SampledUser[];
  /** Who holds no role of the staff's. */
  readonly ordinaryUsers: readonly { readonly id: string }[];
  readonly searches: readonly SampledSearch[];
}

/** How a contender of GraphQL writes a place as a cursor of `users`. */
export type CursorOf = (place: Place) => string;

/** Something that contenders are asked to do. Ids in its parameters are UUIDs; each contender is asked in its own words. */
export interface Work<Parameters = any> {
  readonly name: string;
  readonly title: string;
  /** What GraphQL is asked. */
  readonly document: string;
  variables(parameters: Parameters, cursorOf: CursorOf): object;
  /** The parameters number `index`. */
  draw(sample: Sample, index: number): Parameters;
}

/** How many parameters are drawn for each work. */
export const drawn = 500;
