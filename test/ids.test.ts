import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAnyId, decodeId, encodeId, newId, prefixes } from '../src/ids.ts';

const uuid = '01890a5d-ac96-774b-bcce-b302099a8057';
const id = 'user_01h455vb4pex5vsknk084sn02q';
const suffix = id.slice('user_'.length);

test.each([
  ['nothing', ''],
  ['a UUID', uuid],
  ['the prefix alone', 'user_'],
  ['no prefix', suffix],
  ['no prefix but the underscore', `_${suffix}`],
  ['the prefix of another type', `org_${suffix}`],
  ['an unknown prefix', `person_${suffix}`],
  ['two prefixes', `user_user_${suffix}`],
  ['a prefix that only begins alike', `users_${suffix}`],
  ['an upper-case prefix', `USER_${suffix}`],
  ['an upper-case suffix', `user_${suffix.toUpperCase()}`],
  ['one letter in upper case', id.replace('h', 'H')],
  ['a character too few', id.slice(0, -1)],
  ['a character too many', `${id}0`],
  ['a space after it', `${id} `],
  ['a line break after it', `${id}\n`],
  ['a space before it', ` ${id}`],
  ['letters that base32 leaves out', id.replace(/q$/, 'u')],
  ['letters that look alike', id.replace('0', 'o')],
  ['more than 128 bits', `user_8${suffix.slice(1)}`],
  ['far more than 128 bits', `user_${'z'.repeat(26)}`],
  ['what is outside of ASCII', `user_é${suffix.slice(1)}`],
])('%s is no id of a user', (_what, text) => {
  const decoded = decodeId('user', text);

  expect(decoded).toBeNull();
});

test('an id of another type is an id, though none of a user', () => {
  const found = [
    decodeId('user', `org_${suffix}`),
    decodeAnyId(`org_${suffix}`),
    decodeAnyId(`person_${suffix}`),
    decodeAnyId(suffix),
  ];

  expect(found).toEqual([null, { type: 'Organization', uuid }, null, null]);
});

test('the id of a UUID is the one that the public TypeID format gives', () => {
  const round = [encodeId('user', uuid), decodeId('user', id), decodeAnyId(id)];

  expect(round).toEqual([id, uuid, { type: 'User', uuid }]);
});

test('the smallest and the largest UUID have ids', () => {
  const ends = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'].map((end) =>
    encodeId('org', end),
  );

  expect(ends).toEqual(['org_00000000000000000000000000', 'org_7zzzzzzzzzzzzzzzzzzzzzzzzz']);
});

test('each type has a prefix of its own, as the contract lists them', () => {
  const all = Object.values(prefixes);

  expect(all).toEqual(['user', 'org', 'mem', 'role', 'app', 'grant', 'pool', 'ses', 'inv', 'evt']);
});

test('every UUID comes back from its id, and no other text means it', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.constantFrom(...Object.values(prefixes)), (one, prefix) => {
      const encoded = encodeId(prefix, one);

      expect(encoded).toMatch(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`));
      expect(decodeId(prefix, encoded)).toBe(one);
    }),
  );
});

test('whatever decodes is spelled exactly as it is encoded', () => {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCXYZ_- é';
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 24, maxLength: 28 }), (text) => {
      const decoded = decodeId('user', `user_${text}`);

      if (decoded) expect(encodeId('user', decoded)).toBe(`user_${text}`);
    }),
  );
});

test('new ids are of version 7, differ, and grow with time', async () => {
  const first = Array.from({ length: 1000 }, newId);
  await new Promise((later) => setTimeout(later, 3));
  const last = newId();

  expect(new Set(first).size).toBe(1000);
  for (const one of first) expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(first.every((one) => one < last)).toBe(true);
});
