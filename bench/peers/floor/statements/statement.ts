/** A work as one statement, which gives one text: the whole answer as JSON. */
export interface FloorStatement {
  /** Under which it is prepared on each connection; null where PostgreSQL must plan it by its values each time. */
  readonly name: string | null;
  readonly text: string;
  /** Permissions that it asks for; those of reading unless told. */
  readonly needs?: readonly string[];
  /** What the body of the request puts in, and who sent it. */
  values(parameters: any, callerId: string): unknown[];
}
