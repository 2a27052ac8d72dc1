import { GraphQLError } from 'graphql';
import { importJWK, type JWK, jwtVerify } from 'jose';
import { settings } from '../settings.ts';
import { toUuid } from './ids.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { prisma } from './prisma.ts';

export interface Caller {
  readonly userId: string;
  readonly permissions: ReadonlySet<string>;
}

export interface Context {
  readonly caller: Caller | null;
  readonly loaders: Loaders;
}

/** Who is asking, and fresh loaders. */
export async function createContext({ request }: { request: Request }): Promise<Context> {
  const authorization = request.headers.get('authorization');
  return {
    caller: authorization?.startsWith('Bearer ') ? await callerOf(authorization.slice('Bearer '.length)) : null,
    loaders: createLoaders(),
  };
}

const keys = new Map<string, Promise<CryptoKey>>();

function keyOf(kid: string): Promise<CryptoKey> {
  const known = keys.get(kid) ?? readKey(kid);
  keys.set(kid, known);
  return known;
}

async function readKey(kid: string): Promise<CryptoKey> {
  const { publicKey } = await prisma.signingKey.findUniqueOrThrow({ where: { id: kid }, select: { publicKey: true } });
  return (await importJWK(publicKey as unknown as JWK, 'EdDSA')) as CryptoKey;
}

async function callerOf(token: string): Promise<Caller> {
  const { issuer } = settings;
  const { payload } = await jwtVerify(token, ({ kid }) => keyOf(kid!), {
    algorithms: ['EdDSA'],
    typ: 'at+jwt',
    issuer,
    audience: issuer,
  }).catch(() => {
    throw signInAgain();
  });
  const session = await prisma.session.findUnique({
    where: { id: toUuid('ses', String(payload.sid)) },
    select: {
      userId: true,
      endedAt: true,
      expiresAt: true,
      startedFrom: { select: { endedAt: true, expiresAt: true } },
      user: {
        select: {
          status: true,
          suspendedUntil: true,
          tokenVersion: true,
          roles: { select: { role: { select: { permissions: { select: { permissionCode: true } } } } } },
        },
      },
    },
  });
  if (!session || !lives(session) || (session.startedFrom && !lives(session.startedFrom))) throw signInAgain();
  const { status, suspendedUntil, tokenVersion, roles } = session.user;
  if (status === 'SUSPENDED' && !(suspendedUntil && suspendedUntil <= new Date())) throw signInAgain();
  if (tokenVersion !== payload.tv) throw signInAgain();
  const permissions = roles.flatMap(({ role }) => role.permissions.map(({ permissionCode }) => permissionCode));
  return { userId: session.userId, permissions: new Set(permissions) };
}

const lives = ({ endedAt, expiresAt }: { endedAt: Date | null; expiresAt: Date }): boolean => !endedAt && expiresAt > new Date();

const signInAgain = () => new GraphQLError('Sign in again.', { extensions: { code: 'UNAUTHENTICATED' } });
