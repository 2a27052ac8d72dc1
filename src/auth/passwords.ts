import { randomBytes } from 'node:crypto';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { authenticationRefusal } from '../errors.ts';
import type { Limits } from '../settings.ts';
import { fairQueue } from './fair-queue.ts';
import { ipNetwork } from './ip-network.ts';

/**
 * Hashes and verifies passwords, a few at a time, in turn over the ip addresses that they come from. Throws the refusal
 * TOO_MANY_ATTEMPTS where too many are waiting already.
 */
export interface Passwords {
  /** An argon2id hash with its parameters. Takes what `passwordIssues` has found nothing against. */
  hash(password: string, ipAddress?: string | null): Promise<string>;
  /** Whether the password is the one. Without a hash it takes as long, and is false. */
  verify(hash: string | null, password: string, ipAddress?: string | null): Promise<boolean>;
  /** Whether the hash was made with other parameters than a new one would be. */
  isOutdated(hash: string): boolean;
}

// OWASP's recommendation for argon2id, which is the library's algorithm unless told.
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
const argon2id = 2;

/** No more is ever hashed: what is longer is no password of ours. */
export const passwordBytes = 256;

// NFC makes a text at most 3.5 times shorter in UTF-8 (a Greek vowel with two marks), so no more than this can be a password.
const bytesBeforeNormalising = 4 * passwordBytes;

/**
 * The bytes that are hashed; null where they are too many. The length is looked at before anything else: normalising takes
 * time that grows with the square of the number of marks on a letter, and would hold up everybody for seconds.
 */
function normalised(password: string): Buffer | null {
  if (Buffer.byteLength(password, 'utf8') > bytesBeforeNormalising) return null;
  const bytes = Buffer.from(password.normalize('NFC'), 'utf8');
  return bytes.length > passwordBytes ? null : bytes;
}

/** Whether it has more than `passwordBytes`, whichever way they are written. */
export const isPasswordTooLong = (password: string): boolean => normalised(password) === null;

export function createPasswords(limits: Pick<Limits, 'passwordHashesAtOnce' | 'passwordWaiting'>): Passwords {
  // A job takes some 20 ms and 19 MB, and more at once than cores only take each other's time: unbounded, a burst of logins
  // would hold up everything else that the thread pool does.
  const inTurn = fairQueue(limits.passwordHashesAtOnce, limits.passwordWaiting, () =>
    authenticationRefusal('TOO_MANY_ATTEMPTS', new Date(Date.now() + 2000)),
  );
  // Those whose address is not known share one place.
  const placeOf = (ipAddress: string | null | undefined): string => (ipAddress ? ipNetwork(ipAddress) : '');
  // The work of a verification lies in the parameters, not in the bytes, so random ones serve, and no password fits them.
  const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  const { memoryCost, timeCost, parallelism, outputLen } = parameters;
  const nobodys = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(outputLen))}`;

  return {
    async hash(password, ipAddress) {
      const bytes = normalised(password);
      if (bytes === null) throw new Error('A password that is too long reached the hash.');
      return inTurn(placeOf(ipAddress), () => hash(bytes, parameters));
    },

    async verify(stored, password, ipAddress) {
      const bytes = normalised(password);
      const isPossible = stored !== null && bytes !== null;
      const matches = await inTurn(placeOf(ipAddress), () => verify(isPossible ? stored : nobodys, bytes ?? ''));
      return matches && isPossible;
    },

    isOutdated(stored) {
      const made = parseOptions(stored);
      return (
        (made.algorithm as number) !== argon2id ||
        made.memoryCost !== memoryCost ||
        made.timeCost !== timeCost ||
        made.parallelism !== parallelism ||
        made.outputLen !== outputLen
      );
    },
  };
}
