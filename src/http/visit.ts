/** One request on its way through the gate: who it is for the log, and what is found out about it. */
export interface Visit {
  readonly requestId: string;
  readonly ipAddress: string | null;
  /** Such as `query UsersPage`. */
  operations?: readonly string[];
  errorCodes?: readonly string[];
}
