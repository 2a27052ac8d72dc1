import { randomBytes } from 'node:crypto';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { authenticationRefusal } from '../errors.ts';
import type { Limits } from '../settings.ts';

/** Hashes and verifies passwords, a few at a time. Throws the refusal TOO_MANY_ATTEMPTS where too many are waiting already. */
export interface Passwords {
  /** An argon2id hash with its parameters. Takes what `passwordIssues` has found nothing against. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one. Without a hash it takes as long, and is false. */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** Whether the hash was made with other parameters than a new one would be. */
  isOutdated(hash: string): boolean;
}

// OWASP's recommendation for argon2id, which is the library's algorithm unless told.
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
const argon2id = 2;

/** No more is ever hashed: what is longer is no password of ours. */
export const passwordBytes = 256;

const normalised = (password: string): Buffer => Buffer.from(password.normalize('NFC'), 'utf8');

/** The length that counts against `passwordBytes`. */
export const bytesOfPassword = (password: string): number => normalised(password).length;

export function createPasswords(limits: Pick<Limits, 'passwordHashesAtOnce' | 'passwordWaiting'>): Passwords {
  const queued = boundedQueue(limits.passwordHashesAtOnce, limits.passwordWaiting);
  // The work of a verification lies in the parameters, not in the bytes, so random ones serve, and no password fits them.
  const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  const { memoryCost, timeCost, parallelism, outputLen } = parameters;
  const nobodys = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(outputLen))}`;

  return {
    async hash(password) {
      const bytes = normalised(password);
      if (bytes.length > passwordBytes) throw new Error('A password that is too long reached the hash.');
      return queued(() => hash(bytes, parameters));
    },

    async verify(stored, password) {
      const bytes = normalised(password);
      const isPossible = stored !== null && bytes.length <= passwordBytes;
      const matches = await queued(() => verify(isPossible ? stored : nobodys, bytes.subarray(0, passwordBytes)));
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

// A job takes some 20 ms and 19 MB, and more at once than cores only take each other's time: unbounded, a burst of logins
// would hold up everything else that the thread pool does.
function boundedQueue(atOnce: number, waitingAtMost: number): <Out>(job: () => Promise<Out>) => Promise<Out> {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (job) => {
    if (running >= atOnce) {
      if (waiting.length >= waitingAtMost) throw authenticationRefusal('TOO_MANY_ATTEMPTS', new Date(Date.now() + 2000));
      // Whoever ends a job hands its place over, so that nobody slips in before those who wait.
      await new Promise<void>((start) => waiting.push(start));
    } else {
      running++;
    }
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
