import { AuthenticationError, UnauthenticatedError } from '../errors.ts';
import type { ClientEvents, Emit } from '../events.ts';
import type { TokensRecordFragment } from '../generated/operations.ts';
import type { StoredSession, TokenStore } from '../stores/store.ts';
import { claimsOf, isDue, isSameSession, isSession } from './claims.ts';
import { type Exchange, exchanged } from './exchange.ts';

export type Session = ReturnType<typeof createSession>;

type End = ClientEvents['logged_out']['reason'];

/** Who is signed in, as the client and its store know it. The store counts: another client may share it. */
export function createSession(store: TokenStore, emit: Emit, exchange: Exchange, retries: number) {
  let current: StoredSession | null = null;
  let loading: Promise<void> | undefined;
  let saving: Promise<unknown> = Promise.resolve();
  let isUnsaved = false;
  let partings: Promise<unknown> = Promise.resolve();
  let turns: Promise<unknown> = Promise.resolve();
  const renewing = new Map<string, Promise<StoredSession>>();
  /** Signed out here, and not yet at the server. */
  const leaving = new WeakSet<StoredSession>();

  /** One after the other here, and where the store has a lock among all who share it. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = turns.then(() => (store.exclusively ? store.exclusively(work) : work()));
    turns = turn.catch(() => {});
    return turn;
  }

  /** What is kept; never what was before a change that this client is making, or could not save: those tokens are used up. */
  async function stored(): Promise<StoredSession | null> {
    for (;;) {
      const saved = saving;
      await saved;
      const known = isUnsaved ? current : await store.load();
      if (saved === saving) return isSession(known) ? known : null;
    }
  }

  async function load(): Promise<void> {
    current = await stored();
    store.subscribe?.(() => {
      // What can't be read now is looked up again when a token is exchanged.
      stored().then(
        (known) => show(known, 'elsewhere'),
        () => {},
      );
    });
  }

  /** Goes on with what was kept, once. */
  function loaded(): Promise<void> {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }

  function show(next: StoredSession | null, end: End): void {
    const before = current;
    const was = claimsOf(before);
    const is = claimsOf(next);
    current = next;
    if (before?.own && !next?.own) emit('impersonation_ended', { user_id: was?.sub ?? '' });
    if (next?.own && !before?.own) emit('impersonation_started', { user_id: is?.sub ?? '' });
    if (was && was.sid === is?.sid && was.org !== is.org) emit('org_switched', { organization_id: is.org ?? null });
    if (before && !next) emit('logged_out', { reason: end });
  }

  async function become(next: StoredSession | null, end: End = 'ended'): Promise<void> {
    show(next, end);
    const save = saving.then(() => store.save(next));
    saving = save.then(
      () => {
        isUnsaved = false;
      },
      () => {
        isUnsaved = true;
      },
    );
    await save;
  }

  /** Puts the next tokens where the session is kept, and nowhere where somebody has signed out, or in, meanwhile. */
  async function keep(session: StoredSession, tokens: TokensRecordFragment): Promise<StoredSession> {
    const known = await stored();
    const slot = slotOf(known, session);
    const next = sessionOf(tokens, slot?.refreshToken);
    if (!slot) show(known, 'elsewhere');
    else if (slot === known) await become(known.own ? { ...next, own: known.own } : next);
    else await become({ ...known!, own: next });
    return next;
  }

  async function renewed(session: StoredSession): Promise<StoredSession> {
    const known = await stored();
    const slot = slotOf(known, session) ?? (leaving.has(session) && session);
    if (!slot) {
      show(known, 'elsewhere');
      throw over();
    }
    if (slot.accessToken !== session.accessToken && !isDue(slot)) {
      show(known, 'elsewhere');
      return slot;
    }
    try {
      const isDoneElsewhere = async () => {
        const now = slotOf(await stored(), slot);
        return !leaving.has(session) && now?.accessToken !== slot.accessToken;
      };
      const got = await exchanged(slot, exchange, retries, isDoneElsewhere);
      if (!got) return renewed(session);
      const { tokens, leftScope } = got;
      const next = await keep(slot, tokens);
      if (leaving.has(session)) leaving.add(next);
      if (current?.accessToken === next.accessToken) {
        // Where the token that was is unknown, nobody else tells.
        if (leftScope && !session.accessToken) emit('org_switched', { organization_id: null });
        emit('token_refreshed', { expires_at: tokens.expiresAt });
      }
      // A cookie may have become another person's, who signed in on another page of the site.
      if (claimsOf(slot) && !isSameSession(next, slot)) throw over();
      return next;
    } catch (error) {
      if (!(error instanceof AuthenticationError) || passing.has(error.code)) throw error;
      await end(slot);
      throw over(error);
    }
  }

  /** The session is no more: who impersonated is themselves again. */
  async function end(session: StoredSession): Promise<void> {
    const known = await stored();
    const slot = slotOf(known, session);
    if (!slot) show(known, 'elsewhere');
    else await become(slot === known ? (known.own ?? null) : null);
  }

  const api = {
    loaded,
    get current() {
      return current;
    },
    usesCookie: store.usesCookie === true,

    /** The session with an access token that holds for a while. */
    fresh: async (session: StoredSession): Promise<StoredSession> => (isDue(session) ? api.renew(session) : session),

    /**
     * The next tokens of a session, exchanged once for all who ask meanwhile. Throws an `UnauthenticatedError` where it is over or
     * no more the client's, so that what was begun as one person never goes on as another.
     */
    renew(session: StoredSession): Promise<StoredSession> {
      const { accessToken } = session;
      const shared = renewing.get(accessToken) ?? exclusively(() => renewed(session)).finally(() => renewing.delete(accessToken));
      renewing.set(accessToken, shared);
      return shared;
    },

    /** Signs in by the work. A cookie is one for all, so no late answer to its last owner may come after. */
    async signingIn<T extends { readonly tokens: TokensRecordFragment }>(work: () => Promise<T>): Promise<T> {
      const adopting = async () => {
        const signedIn = await work();
        await become(sessionOf(signedIn.tokens));
        return signedIn;
      };
      await loaded();
      if (!store.usesCookie) return adopting();
      await partings;
      return exclusively(adopting);
    },
    /** Signs out by the work. */
    signingOut<T>(work: () => Promise<T>): Promise<T> {
      const parting = work();
      partings = Promise.allSettled([partings, parting]);
      return parting;
    },
    keep,
    async impersonate(tokens: TokensRecordFragment): Promise<void> {
      const known = await stored();
      const own = known?.own ?? known;
      const next = sessionOf(tokens);
      // Who asked for it has signed out meanwhile, or is somebody else.
      if (!own || claimsOf(own)?.sub !== claimsOf(next)?.act?.sub) throw over();
      await become({ ...next, own });
    },
    /** Goes back to who impersonates. */
    async returnToOwn(): Promise<void> {
      const known = await stored();
      if (known?.own) await become(known.own);
      else show(known, 'elsewhere');
      if (current) await api.fresh(current);
    },
    /**
     * Forgets the session, and gives it to be ended at the server; an impersonation is ended by the session it was started from.
     * Where one is named, and the client is no more in it, nothing is forgotten. `forgotten` rejects where the store keeps it all the same.
     */
    async leave(named?: StoredSession): Promise<{ left: StoredSession | null; forgotten?: Promise<void> }> {
      await loaded();
      const known = await stored();
      if (named && !slotOf(known, named)) return { left: null };
      const left = known?.own ?? known;
      if (left) leaving.add(left);
      const forgotten = become(null, 'logout');
      await forgotten.catch(() => {});
      return { left, forgotten };
    },
  };
  return api;
}

/** Refusals of an exchange that say nothing of the session. */
const passing = new Set(['TOO_MANY_ATTEMPTS', 'REFRESH_CONFLICT']);

const over = (cause?: unknown) =>
  new UnauthenticatedError('UNAUTHENTICATED', 401, 'The session has ended; sign in again.', { cause });

/** The session as it is kept: as the present one, or beside an impersonation. */
function slotOf(known: StoredSession | null, session: StoredSession): StoredSession | undefined {
  return [known, known?.own].find((one) => isSameSession(one, session)) ?? undefined;
}

/** A switch of organizations gives no refresh token: the one that was goes on. */
const sessionOf = (tokens: TokensRecordFragment, refreshToken: string | null = null): StoredSession => ({
  accessToken: tokens.accessToken,
  refreshToken: tokens.refreshToken ?? refreshToken,
  expiresAt: Date.now() + tokens.expiresIn * 1000,
});
