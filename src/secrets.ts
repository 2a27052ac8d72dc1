import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Everything that is derived from STEWARD_SECRET. A purpose has keys of its own, so that what one place seals no other opens. */
export interface Secrets {
  /** HMAC-SHA256 of the text, 32 bytes: the same text gives the same hash, which nobody can guess without the secret. */
  keyedHash(purpose: string, text: string): Buffer;
  /** AES-256-GCM: nonce (12 bytes), tag (16 bytes), then the sealed bytes. */
  seal(purpose: string, plain: Uint8Array): Buffer;
  /** Throws where the bytes were changed, or sealed for another purpose or under another secret. */
  open(purpose: string, sealed: Uint8Array): Buffer;
}

const nonceBytes = 12;
const tagBytes = 16;

/** Derives a key for each use and purpose from the one secret (HKDF-SHA256, RFC 5869). */
export function deriveSecrets(secret: Uint8Array): Secrets {
  const derived = new Map<string, Buffer>();

  function keyFor(use: 'hash' | 'seal', purpose: string): Buffer {
    const info = `steward ${use} ${purpose}`;
    let key = derived.get(info);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), info, 32));
      derived.set(info, key);
    }
    return key;
  }

  return {
    keyedHash: (purpose, text) => createHmac('sha256', keyFor('hash', purpose)).update(text, 'utf8').digest(),

    seal(purpose, plain) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', keyFor('seal', purpose), nonce, { authTagLength: tagBytes });
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },

    open(purpose, sealed) {
      if (sealed.length < nonceBytes + tagBytes) throw new Error('What is to be opened is too short to have been sealed.');
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const nonce = bytes.subarray(0, nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', keyFor('seal', purpose), nonce, { authTagLength: tagBytes });
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    },
  };
}
