import type { OrganizationPermission, PlatformPermission } from './permissions.ts';

/** What a caller may do within one organization, by an ACTIVE membership that the session's scope includes. */
export interface OrganizationReach {
  readonly membershipId: string;
  readonly isOwner: boolean;
  /** The best rank of the membership's roles. */
  readonly rank: number;
  /** With what they imply; `org:read` alone in a suspended organization. */
  readonly permissions: ReadonlySet<OrganizationPermission>;
  readonly suspended: boolean;
}

/** Whose power an impersonation session really is. */
export interface Impersonation {
  readonly impersonatorId: string;
  readonly impersonatorName: string;
  /** The organization that the session can't leave and shows nothing beyond; null for one that staff began. */
  readonly boundTo: string | null;
}

/**
 * Who is asking and how far that reaches, as a plain value read by one statement. All authority is decided from it;
 * nothing in it comes from the token but the session's id.
 */
export interface Reach {
  readonly sessionId: string;
  readonly userId: string;
  /** Name, or the address where there is none. */
  readonly userName: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly tokenVersion: number;
  /** The best rank of the platform roles; 100 without any. */
  readonly rank: number;
  readonly permissions: ReadonlySet<PlatformPermission>;
  /** By organization id. */
  readonly organizations: ReadonlyMap<string, OrganizationReach>;
  /** Apps with a grant, a revoked one too. */
  readonly apps: ReadonlySet<string>;
  /** Home pool and tags, and those of the impersonator. */
  readonly pools: ReadonlySet<string>;
  /** The organization that the session is scoped to. */
  readonly scope: string | null;
  /** The app that was signed in to. */
  readonly appId: string | null;
  readonly impersonation: Impersonation | null;
}
