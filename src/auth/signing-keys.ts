import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { type Database, Prisma, statement } from '../database.ts';
import type { Secrets } from '../secrets.ts';

/** The keys that sign access tokens, shared by all servers through the database. */
export interface SigningKeys {
  /** The key to sign with, made where there is none yet. */
  current(): Promise<SigningKey>;
  /** The public key of that id; null where tokens are no longer accepted by it, or never were. */
  verifying(kid: string): Promise<CryptoKey | null>;
  /** The JSON Web Key Set that others verify tokens with (RFC 7517). */
  published(): Promise<{ keys: JWK[] }>;
  /** Retires the present key and gives the id of the new one, which every server signs with within 10 seconds. */
  rotate(): Promise<string>;
}

export interface SigningKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
}

interface StoredKey {
  readonly id: string;
  readonly publicKey: JWK;
  readonly sealedKey: Buffer;
  readonly retired: boolean;
}

interface Known {
  readonly readAt: number;
  readonly stored: readonly StoredKey[];
  readonly verifying: ReadonlyMap<string, CryptoKey>;
}

const algorithm = 'EdDSA';
const purpose = 'signing-key';

/** How long a server goes on signing with the key that it read last. */
const signsFromMemoryMs = 10_000;
/** What verified once goes on to verify from memory, so that requests cost no statement. */
const verifiesFromMemoryMs = 300_000;
/** An unknown key id is looked up at most so often, whatever tokens are sent. */
const looksAgainMs = 1000;

/**
 * A retired key is needed until the last token that a server could have signed with it is over: the time it may sign
 * from memory, a token's life, and a minute for clocks that differ.
 */
const liveKeys = statement<StoredKey>(
  'live_signing_keys',
  `SELECT id, public_key, sealed_key, retired_at IS NOT NULL AS retired FROM signing_keys
    WHERE retired_at IS NULL OR retired_at > now() - make_interval(secs => $1)
    ORDER BY created_at DESC`,
  (row) => ({ id: row.id, publicKey: row.public_key, sealedKey: row.sealed_key, retired: row.retired }),
);

export function createSigningKeys(options: {
  database: Database;
  secrets: Secrets;
  /** The life of an access token; 15 minutes unless told. */
  accessTokenSeconds?: number;
}): SigningKeys {
  const { database, secrets, accessTokenSeconds = 900 } = options;
  const keptSeconds = signsFromMemoryMs / 1000 + accessTokenSeconds + 60;
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;
  let opened: SigningKey | undefined;

  /** What was read at most so long ago, else read now; parallel calls share one statement. */
  async function keys(maxAgeMs: number): Promise<Known> {
    if (known && Date.now() - known.readAt < maxAgeMs) return known;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<Known> {
    const readAt = Date.now();
    const stored = await database.read(liveKeys, [keptSeconds]);
    const verifying = new Map<string, CryptoKey>();
    for (const { id, publicKey } of stored) verifying.set(id, (await importJWK(publicKey, algorithm)) as CryptoKey);
    known = { readAt, stored, verifying };
    return known;
  }

  async function open({ id, sealedKey }: StoredKey): Promise<SigningKey> {
    if (opened?.id !== id) opened = { id, privateKey: await unseal(secrets, sealedKey) };
    return opened;
  }

  async function current(): Promise<SigningKey> {
    const present = (await keys(signsFromMemoryMs)).stored.find((key) => !key.retired);
    if (present) return open(present);

    // Two servers may be here at once: the index that allows one key without an end decides, and both read whose it is.
    await database.query(insertion(await newKey(secrets)));
    const made = (await read()).stored.find((key) => !key.retired);
    if (!made) throw new Error('There is no key to sign access tokens with, although one was made.');
    return open(made);
  }

  return {
    current,

    async verifying(kid) {
      const fromMemory = (await keys(verifiesFromMemoryMs)).verifying.get(kid);
      return fromMemory ?? (await keys(looksAgainMs)).verifying.get(kid) ?? null;
    },

    async published() {
      const { stored } = await keys(signsFromMemoryMs);
      return { keys: stored.map(({ id, publicKey }) => ({ ...publicKey, kid: id, alg: algorithm, use: 'sig' })) };
    },

    async rotate() {
      const fresh = await newKey(secrets);
      await database.transaction(async (tx) => {
        await tx.$executeRaw(Prisma.sql`UPDATE signing_keys SET retired_at = now() WHERE retired_at IS NULL`);
        await tx.$executeRaw(insertion(fresh));
      });
      known = undefined;
      return (await current()).id;
    },
  };
}

async function newKey(secrets: Secrets): Promise<{ id: string; publicKey: JWK; sealedKey: Buffer }> {
  const pair = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  const publicKey = await exportJWK(pair.publicKey);
  const privateKey = JSON.stringify(await exportJWK(pair.privateKey));
  return { id: await calculateJwkThumbprint(publicKey), publicKey, sealedKey: secrets.seal(purpose, Buffer.from(privateKey)) };
}

const insertion = ({ id, publicKey, sealedKey }: Awaited<ReturnType<typeof newKey>>) => Prisma.sql`
  INSERT INTO signing_keys (id, public_key, sealed_key) VALUES (${id}, ${JSON.stringify(publicKey)}::jsonb, ${sealedKey}::bytea)
  ON CONFLICT DO NOTHING`;

async function unseal(secrets: Secrets, sealedKey: Buffer): Promise<CryptoKey> {
  let privateKey: string;
  try {
    privateKey = secrets.open(purpose, sealedKey).toString();
  } catch (cause) {
    throw new Error(
      'STEWARD_SECRET does not open the signing key in the database: it is not the secret that this database was used with before. ' +
        'Bring the former secret back, or run `npm run admin -- rotate-key` to sign with a new key; tokens of the former one hold until they expire.',
      { cause },
    );
  }
  return (await importJWK(JSON.parse(privateKey), algorithm)) as CryptoKey;
}
