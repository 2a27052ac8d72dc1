import type { StoredSession } from '../stores/store.ts';

/** What an access token says. Decoded and not verified: whoever trusts it must verify it with the server's keys. */
export interface Claims {
  /** The user. */
  readonly sub: string;
  /** The session. */
  readonly sid: string;
  /** Codes of roles and permissions, of the platform and, where the session is scoped, of the organization. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** The organization that the session is scoped to. */
  readonly org?: string;
  readonly app?: string;
  readonly pool: string;
  /** Who impersonates. */
  readonly act?: { readonly sub: string };
  /** In seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  readonly [claim: string]: unknown;
}

/** Whether it is what a client keeps, and not what another program or version has left in its place. */
export const isSession = (kept: any): boolean =>
  kept &&
  [kept.accessToken, kept.refreshToken ?? ''].every((token) => typeof token === 'string' && !/[^\w.-]/.test(token)) &&
  (!kept.own || isSession(kept.own));

/** Null where there is no token, or none that can be read. */
export function claimsOf(session: StoredSession | null): Claims | null {
  try {
    const payload = session!.accessToken.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (unit) => unit.charCodeAt(0))));
  } catch {
    return null;
  }
}

/** Who acts, and as whom; null where no token says so. */
export function personOf(session: StoredSession | null): string | null {
  const claims = claimsOf(session);
  return claims && `${claims.act?.sub ?? ''} ${claims.sub}`;
}

/** Whether both are tokens of one session at the server. Where a cookie knows alone, it is that one. */
export function isSameSession(one: StoredSession | null | undefined, other: StoredSession): boolean {
  if (!one) return false;
  if (!one.accessToken || !other.accessToken || one.accessToken === other.accessToken) return true;
  return claimsOf(one)?.sid === (claimsOf(other)?.sid ?? null);
}

/** Whether it is time for the next access token: less than 30 seconds are left, or half of a short life. */
export function isDue(session: StoredSession): boolean {
  const { iat = 0, exp = 0 } = claimsOf(session) ?? {};
  return session.expiresAt - Date.now() < Math.min(30, (exp - iat) / 2 || 30) * 1000;
}
