import { hash as argon2, parseOptions, verify } from '@node-rs/argon2';
import { afterEach, expect, test, vi } from 'vitest';
import { createPasswords } from '../../src/auth/passwords.ts';

vi.mock('@node-rs/argon2', { spy: true });

const passwords = createPasswords({ passwordHashesAtOnce: 1, passwordWaiting: 100 });

afterEach(() => {
  vi.restoreAllMocks();
  vi.mocked(verify).mockClear();
});

test('a hash verifies its password and no other', async () => {
  const hash = await passwords.hash('correct horse battery');

  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.verify(hash, 'correct horse battery')).toBe(true);
  expect(await passwords.verify(hash, 'correct horse batterz')).toBe(false);
  expect(await passwords.verify(hash, '')).toBe(false);
});

test('a password is the same in either Unicode form', async () => {
  const hash = await passwords.hash('caf\u00e9 caf\u00e9 caf\u00e9');

  expect(await passwords.verify(hash, 'cafe\u0301 cafe\u0301 cafe\u0301')).toBe(true);
});

test('nobody’s password is never right, and is looked at with the same parameters', async () => {
  const hash = await passwords.hash('correct horse battery');

  expect(await passwords.verify(hash, 'a wrong password')).toBe(false);
  expect(await passwords.verify(null, 'correct horse battery')).toBe(false);

  const [real, dummy] = verified();
  expect(dummy!.options).toEqual(real!.options);
  expect(dummy!.password).toHaveLength(Buffer.byteLength('correct horse battery'));
});

test('more than 256 bytes are never hashed', async () => {
  const long = 'x'.repeat(257);
  const hash = await argon2(long, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

  await expect(passwords.hash(long)).rejects.toThrow('too long');
  expect(await passwords.verify(hash, long)).toBe(false);
  expect(await passwords.verify(await passwords.hash('x'.repeat(256)), 'x'.repeat(256))).toBe(true);
});

test('what no password can be is not normalised, and is looked at like a wrong one', async () => {
  // Marks in the wrong order: putting them right would take seconds, in which nobody else is served.
  const slow = `a${'\u0301'.repeat(24_900)}${'\u0316'.repeat(24_900)}`;
  const hash = await passwords.hash('correct horse battery');
  const normalising = vi.spyOn(String.prototype, 'normalize');

  expect(await Promise.all([passwords.verify(hash, slow), passwords.verify(null, slow)])).toEqual([false, false]);
  await expect(passwords.hash(slow)).rejects.toThrow('too long');
  expect(normalising).not.toHaveBeenCalled();

  await passwords.verify(hash, 'a wrong password');
  expect(normalising).toHaveBeenCalled();
  const [long, longOfNobody, wrong] = verified();
  expect([long!.options, longOfNobody!.options]).toEqual([wrong!.options, wrong!.options]);
});

test('a password is measured as it is hashed, even where it was sent in 3.5 times as many bytes', async () => {
  // Two bytes each, from seven.
  const short = '\u0390'.repeat(128);
  const sent = '\u1fbe\u0308\u0301'.repeat(128);
  expect(Buffer.byteLength(sent)).toBe(896);

  expect(await passwords.verify(await passwords.hash(short), sent)).toBe(true);
});

test('a hash by other parameters is outdated', async () => {
  const former = await argon2('correct horse battery', { memoryCost: 8192, timeCost: 1, parallelism: 1 });

  expect(passwords.isOutdated(former)).toBe(true);
  expect(await passwords.verify(former, 'correct horse battery')).toBe(true);
  expect(passwords.isOutdated(await passwords.hash('correct horse battery'))).toBe(false);
  expect(parseOptions(former).memoryCost).toBe(8192);
});

test('one address that sends many does not keep another from its turn', async () => {
  const few = createPasswords({ passwordHashesAtOnce: 1, passwordWaiting: 10 });
  const done: string[] = [];
  const from = (ip: string | null) => few.verify(null, 'x', ip).then(() => done.push(ip ?? 'unknown'));

  const many = Array.from({ length: 40 }, () => from('192.0.2.1'));
  // A /64 is one address, and so is a mapped one.
  const others = ['2001:db8::1', '2001:db8::2', '::ffff:192.0.2.1', null].map(from);
  const outcomes = await Promise.allSettled([...many, ...others]);

  expect(outcomes.slice(40).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes.slice(0, 40).filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
  expect(done.slice(0, 4)).toEqual(['192.0.2.1', '192.0.2.1', '2001:db8::1', 'unknown']);
});

test('who comes when the queue is full is told to come again, and those who wait are served', async () => {
  const few = createPasswords({ passwordHashesAtOnce: 1, passwordWaiting: 2 });

  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => few.verify(null, 'x')));

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect((outcomes[3] as PromiseRejectedResult).reason).toMatchObject({
    type: 'AuthenticationError',
    code: 'TOO_MANY_ATTEMPTS',
    data: { retryAt: expect.any(Date) },
  });
  expect(await few.verify(null, 'x')).toBe(false);
});

/** What was verified, in order: the parameters, in which the work lies, and the bytes. */
const verified = () =>
  vi
    .mocked(verify)
    .mock.calls.map(([hash, password]) => ({ options: parseOptions(String(hash)), password: Buffer.from(password) }));
