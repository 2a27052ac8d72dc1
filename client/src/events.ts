import type { ViewerRecord } from './records.ts';

/** What a client tells of its session. */
export interface ClientEvents {
  /** Somebody signed in, or signed up. */
  authenticated: { readonly viewer: ViewerRecord };
  token_refreshed: { readonly expires_at: string };
  /** The session is scoped to another organization; null is none. */
  org_switched: { readonly organization_id: string | null };
  impersonation_started: { readonly user_id: string };
  /** The client is who it was before. */
  impersonation_ended: { readonly user_id: string };
  /** By `logout()`; `ended` at the server; or `elsewhere`, by another tab that shares the store. */
  logged_out: { readonly reason: 'logout' | 'ended' | 'elsewhere' };
}

export type Listener<Name extends keyof ClientEvents> = (event: ClientEvents[Name]) => unknown;
export type Emit = <Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]) => void;

export type On = ReturnType<typeof createEvents>['on'];

export function createEvents() {
  const listeners = new Map<string, Set<(event: any) => void>>();
  return {
    /** Gives the function that ends it. */
    on<Name extends keyof ClientEvents>(name: Name, listener: Listener<Name>): () => void {
      const heard = listeners.get(name) ?? new Set();
      // One function may listen twice, and each ends its own.
      const own = (event: ClientEvents[Name]) => listener(event);
      listeners.set(name, heard.add(own));
      return () => void heard.delete(own);
    },
    emit: ((name, event) => {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        // A listener's fault is its own, and ends neither the session's work nor the other listeners'.
        (async () => listener(event))().catch(console.error);
      }
    }) as Emit,
  };
}
