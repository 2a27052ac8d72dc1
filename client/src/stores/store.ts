/** What is kept of a session. */
export interface StoredSession {
  /** Empty where only a cookie knows. */
  readonly accessToken: string;
  /** Null where a cookie holds it. */
  readonly refreshToken: string | null;
  /** When the access token expires, in milliseconds of the local clock. */
  readonly expiresAt: number;
  /** While impersonating: the impersonator's own session. */
  readonly own?: StoredSession;
}

/** Where a client keeps its session. */
export interface TokenStore {
  load(): StoredSession | null | Promise<StoredSession | null>;
  /** Null forgets it. */
  save(session: StoredSession | null): void | Promise<void>;
  /** Does the work while nobody else who shares the store does theirs. */
  exclusively?<T>(work: () => Promise<T>): Promise<T>;
  /** Calls when somebody else who shares the store has changed it. Gives the function that ends it. */
  subscribe?(listener: () => void): () => void;
  /** The server keeps the refresh token in a cookie. */
  readonly usesCookie?: boolean;
}

/** Asks for the lock of this name, where the platform has locks across tabs. */
export function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? (locks.request(name, work) as Promise<T>) : work();
}

/** The page's localStorage; nothing in Node, or where the browser withholds it. */
export function pageStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
