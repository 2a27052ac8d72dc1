import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { deriveSecrets } from '../../src/secrets.ts';

const secret = randomBytes(32);
const secrets = deriveSecrets(secret);

test('what is sealed for one purpose opens for that purpose and under that secret alone', () => {
  const sealed = secrets.seal('a', Buffer.from('text'));

  expect(secrets.open('a', sealed).toString()).toBe('text');
  expect(deriveSecrets(secret).open('a', sealed).toString()).toBe('text');
  expect(() => secrets.open('b', sealed)).toThrow();
  expect(() => deriveSecrets(randomBytes(32)).open('a', sealed)).toThrow();
});

test('what was changed or cut after it was sealed does not open', () => {
  const sealed = secrets.seal('a', Buffer.from('text'));

  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(() => secrets.open('a', changed)).toThrow();
  }
  expect(() => secrets.open('a', sealed.subarray(0, 20))).toThrow('too short');
  expect(() => secrets.open('a', sealed.subarray(0, sealed.length - 1))).toThrow();
});

test('sealing the same twice shows nothing of it being the same', () => {
  expect(secrets.seal('a', Buffer.from('text'))).not.toEqual(secrets.seal('a', Buffer.from('text')));
});

test('a keyed hash is 32 bytes, steady, and another for each purpose and secret', () => {
  const hash = secrets.keyedHash('a', 'text');

  expect(hash).toHaveLength(32);
  expect(deriveSecrets(secret).keyedHash('a', 'text')).toEqual(hash);
  expect(secrets.keyedHash('b', 'text')).not.toEqual(hash);
  expect(deriveSecrets(randomBytes(32)).keyedHash('a', 'text')).not.toEqual(hash);
});
