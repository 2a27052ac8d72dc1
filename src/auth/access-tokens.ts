import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { RequestError } from '../errors.ts';
import { decodeId, encodeId, newId } from '../ids.ts';
import type { Settings } from '../settings.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What an access token says to Steward itself: which session it is, and which truth it was made from. */
export interface AccessTokenClaims {
  readonly sessionId: string;
  readonly userId: string;
  readonly tokenVersion: number;
  /** The organization that it is scoped to. */
  readonly organizationId: string | null;
}

/** What it says to others, who verify it by key and read no database of ours. */
export interface TokenTruth extends AccessTokenClaims {
  /** Codes of the platform roles, and of the membership's where there is a scope. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly appCode: string | null;
  readonly poolCode: string;
  readonly impersonatorId: string | null;
  /** When the session ends, however soon: no token outlives it, since those who verify by key ask nobody. */
  readonly sessionEndsAt: Date;
}

export interface IssuedAccessToken {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly expiresAt: Date;
}

interface Signing {
  readonly signingKeys: SigningKeys;
  readonly settings: Pick<Settings, 'publicUrl' | 'limits'>;
}

const algorithm = 'EdDSA';
/** Access tokens are told apart from other JWTs by type (RFC 9068). */
const type = 'at+jwt';
const toleranceSeconds = 5;

/** `iss` and `aud`: PUBLIC_URL without a slash at its end, where the keys are published too. */
export const issuer = (publicUrl: URL): string => publicUrl.href.replace(/\/+$/, '');

/**
 * Fetches the key first and gives the function that signs: what signs a token after a commit can't fail any more for
 * want of a key, and nothing reads the database outside of a transaction that is open.
 */
export async function accessTokenSigner({
  signingKeys,
  settings,
}: Signing): Promise<(truth: TokenTruth) => Promise<IssuedAccessToken>> {
  const key = await signingKeys.current();
  const { accessTokenSeconds } = settings.limits;

  return async (truth) => {
    const issuedAt = Math.floor(Date.now() / 1000);
    const sessionSeconds = Math.max(0, Math.floor(truth.sessionEndsAt.getTime() / 1000) - issuedAt);
    const expiresIn = Math.min(accessTokenSeconds, sessionSeconds);
    const accessToken = await new SignJWT(claimsOf(truth))
      .setProtectedHeader({ alg: algorithm, kid: key.id, typ: type })
      .setIssuer(issuer(settings.publicUrl))
      .setAudience(issuer(settings.publicUrl))
      .setSubject(encodeId('user', truth.userId))
      .setJti(newId())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + expiresIn)
      .sign(key.privateKey);
    return { accessToken, expiresIn, expiresAt: new Date((issuedAt + expiresIn) * 1000) };
  };
}

function claimsOf(truth: TokenTruth): JWTPayload {
  return {
    sid: encodeId('ses', truth.sessionId),
    tv: truth.tokenVersion,
    roles: truth.roles,
    permissions: truth.permissions,
    ...(truth.organizationId && { org: encodeId('org', truth.organizationId) }),
    ...(truth.appCode && { app: truth.appCode }),
    pool: truth.poolCode,
    ...(truth.impersonatorId && { act: { sub: encodeId('user', truth.impersonatorId) } }),
  };
}

/**
 * What the token says, once its signature and its time hold. Whether its session lives and its version is the present
 * one is for the caller to judge. Throws UNAUTHENTICATED or TOKEN_EXPIRED, and says nothing of why.
 */
export async function verifyAccessToken({ signingKeys, settings }: Signing, token: string): Promise<AccessTokenClaims> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = kid ? await signingKeys.verifying(kid) : null;
        if (!key) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: [algorithm],
        typ: type,
        issuer: issuer(settings.publicUrl),
        audience: issuer(settings.publicUrl),
        requiredClaims: ['sub', 'sid', 'jti', 'iat', 'exp', 'tv', 'roles', 'permissions'],
        maxTokenAge: settings.limits.accessTokenSeconds,
        clockTolerance: toleranceSeconds,
      },
    );
    return readClaims(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new RequestError('TOKEN_EXPIRED', 'The access token has expired; refresh it.');
    if (error instanceof errors.JOSEError)
      throw new RequestError('UNAUTHENTICATED', 'The access token does not hold; sign in again.');
    throw error;
  }
}

function readClaims(payload: JWTPayload): AccessTokenClaims {
  const { sub, sid, tv, org } = payload;
  const userId = decodeId('user', String(sub));
  const sessionId = decodeId('ses', String(sid));
  const organizationId = org === undefined ? null : decodeId('org', String(org));
  if (!userId || !sessionId || typeof tv !== 'number' || (org !== undefined && !organizationId)) {
    throw new errors.JWTInvalid('The claims of an access token are missing or malformed.');
  }
  return { sessionId, userId, tokenVersion: tv, organizationId };
}
