import { locked, pageStorage, type StoredSession, type TokenStore } from './store.ts';

/**
 * The refresh token is in a cookie that no script can read, access tokens in memory; other tabs are told of them. For
 * pages of the server's own site, since the cookie goes to no other. localStorage remembers that there may be a session,
 * so that who never signed in asks nothing. An impersonation is of its tab alone: the cookie goes on to be the impersonator's.
 */
export function cookieStore({ key = 'steward.session' }: { readonly key?: string } = {}): TokenStore {
  // Undefined until this page knows: then the mark, which other tabs see late, says nothing any more.
  let kept: StoredSession | null | undefined;
  const storage = pageStorage();
  // In Node, where there are no pages, clients of one key would be of several people.
  const channel = storage && globalThis.BroadcastChannel && new BroadcastChannel(key);
  const listeners = new Set<() => void>();
  channel?.addEventListener('message', ({ data }: MessageEvent<StoredSession | null>) => {
    kept = kept?.own && data ? { ...kept, own: data } : data;
    for (const listener of listeners) listener();
  });

  return {
    usesCookie: true,
    load: () =>
      kept === undefined && storage?.getItem(key) ? { accessToken: '', refreshToken: null, expiresAt: 0 } : (kept ?? null),
    save(session) {
      kept = session;
      if (session) storage?.setItem(key, '1');
      else storage?.removeItem(key);
      if (!session?.own) channel?.postMessage(session);
    },
    exclusively: (work) => locked(key, work),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
