import { memoryStore } from './memory.ts';
import { locked, pageStorage, type StoredSession, type TokenStore } from './store.ts';

/**
 * Outlives the page, and is shared by all tabs of the origin. Any script of the page can read it: `cookieStore` keeps what
 * lives long from them. In memory where there is no localStorage.
 */
export function localStorageStore({ key = 'steward.session' }: { readonly key?: string } = {}): TokenStore {
  const storage = pageStorage();
  if (!storage) return memoryStore();
  return {
    load() {
      try {
        return JSON.parse(storage.getItem(key) ?? 'null') as StoredSession | null;
      } catch {
        return null;
      }
    },
    save(session) {
      if (session) storage.setItem(key, JSON.stringify(session));
      else storage.removeItem(key);
    },
    exclusively: (work) => locked(key, work),
    subscribe(listener) {
      // All is cleared where no key is named.
      const hear = (event: StorageEvent) => (event.key ?? key) === key && listener();
      addEventListener('storage', hear);
      return () => removeEventListener('storage', hear);
    },
  };
}
