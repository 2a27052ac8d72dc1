import { authenticationRefusal, notFound, type Refusal, ruleRefusal } from '../../errors.ts';
import { type AppFacts, grantsOnLogin } from '../app/rules.ts';

export interface PersonFacts {
  /** A suspension whose end has passed does not count. */
  readonly suspended: boolean;
  readonly suspendedUntil: Date | null;
}

export interface GrantFacts {
  readonly status: 'ACTIVE' | 'REVOKED';
}

/** A membership of the person, with its organization; null facts stand for an organization that is not theirs, or not there. */
export interface ScopeFacts {
  readonly membershipStatus: 'ACTIVE' | 'SUSPENDED';
  readonly organizationStatus: 'ACTIVE' | 'SUSPENDED';
}

/** Told after the right password alone. */
export const accountSuspended = (person: PersonFacts): Refusal | false =>
  person.suspended && authenticationRefusal('ACCOUNT_SUSPENDED', person.suspendedUntil);

/** What stands between a person and an app; a login turns a missing grant into one where the app grants by itself. */
export function appClosed(
  app: AppFacts | null,
  grant: GrantFacts | null,
  mayGrant: 'grantsOnLogin' | 'grantsNothing',
): Refusal | false {
  if (!app) return authenticationRefusal('APP_NOT_FOUND');
  if (app.status === 'DISABLED') return authenticationRefusal('APP_DISABLED');
  const isIn = grant?.status === 'ACTIVE' || (mayGrant === 'grantsOnLogin' && grantsOnLogin(app));
  return !isIn && authenticationRefusal('APP_ACCESS_DENIED');
}

/** Signing in to an organization, or asking for it at a refresh. Staff rights are no membership. */
export const scopeRefused = (scope: ScopeFacts | null): Refusal | false => scopeEnded(scope) || scopeSuspended(scope);

/** Whether the membership that a scope rests on is gone; the one rule for a scope that the session has already. */
export const scopeEnded = (scope: ScopeFacts | null): Refusal | false =>
  scope?.membershipStatus !== 'ACTIVE' && authenticationRefusal('NOT_A_MEMBER');

/** A suspended organization is not scoped to anew. */
export const scopeSuspended = (scope: ScopeFacts | null): Refusal | false =>
  scope?.organizationStatus === 'SUSPENDED' && authenticationRefusal('ORGANIZATION_SUSPENDED');

/** The scope that a caller names; no organization where the id is none of one. */
export interface AskedScope {
  readonly organizationId: string | null;
  readonly facts: ScopeFacts | null;
}

/**
 * Asking for a scope, or with null for none, at a refresh. Naming the one that the session has already is not scoping
 * anew. An impersonation that is bound to an organization leaves it for no other, and not for none.
 */
export function askedScopeRefused(
  session: { readonly organizationId: string | null; readonly boundToId: string | null },
  asked: AskedScope | null,
): Refusal | false {
  if (leavesItsBound(session, asked)) return authenticationRefusal('NOT_A_MEMBER');
  if (asked === null) return false;
  return isItsScope(session, asked) ? scopeEnded(asked.facts) : scopeRefused(asked.facts);
}

// An id that is none of an organization is no scope, and not that of a session without one.
const isItsScope = (session: { readonly organizationId: string | null }, { organizationId }: AskedScope): boolean =>
  organizationId !== null && organizationId === session.organizationId;

const leavesItsBound = (session: { readonly boundToId: string | null }, asked: AskedScope | null): boolean =>
  session.boundToId !== null && asked?.organizationId !== session.boundToId;

/** Switching says more than a refresh: whether the organization is not theirs, or the membership only suspended. */
export function switchRefused(
  session: { readonly organizationId: string | null; readonly boundToId: string | null },
  asked: AskedScope | null,
  id: string,
): Refusal | false {
  if (session.boundToId !== null) return ruleRefusal('WHILE_IMPERSONATING');
  if (asked === null || isItsScope(session, asked)) return false;
  if (asked.facts === null) return notFound(id, ['input', 'organizationId']);
  return (asked.facts.membershipStatus === 'SUSPENDED' && ruleRefusal('NOT_A_MEMBER')) || scopeSuspended(asked.facts);
}

/** How long a refresh token that was just used is taken for a parallel use of the same client, and not for theft. */
const parallelUseMs = 10_000;

/** REFRESH_CONFLICT harms nothing; REFRESH_TOKEN_REUSED ends the session. */
export function usedBefore(token: { usedForMs: number | null }): 'never' | 'justNow' | 'longAgo' {
  if (token.usedForMs === null) return 'never';
  return token.usedForMs < parallelUseMs ? 'justNow' : 'longAgo';
}
