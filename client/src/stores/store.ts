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
  readonly exclusively?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
  /** Calls when somebody else who shares the store has changed it. Gives the function that ends it. */
  readonly subscribe?: ((listener: () => void) => () => void) | undefined;
  /** The server keeps the refresh token in a cookie. */
  readonly usesCookie?: boolean | undefined;
}

/** Does the work under the lock of this name, where the platform has locks across tabs. */
export async function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return work();
  const own = await locks.request(name, { ifAvailable: true }, async (lock) => lock && { done: await work() });
  if (own) return own.done;
  // What another tab wrote under the lock may come a moment later than the lock itself.
  return locks.request(name, () => new Promise((resolve) => setTimeout(resolve, 100)).then(work)) as Promise<T>;
}

/** As much of localStorage as is used here: projects without the browser's types can read this. */
interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The page's localStorage; nothing in Node, or where the browser withholds it. */
export function pageStorage(): PageStorage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
