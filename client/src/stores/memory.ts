import type { StoredSession, TokenStore } from './store.ts';

/** Forgotten with the client. */
export function memoryStore(): TokenStore {
  let kept: StoredSession | null = null;
  return {
    load: () => kept,
    save(session) {
      kept = session;
    },
  };
}
