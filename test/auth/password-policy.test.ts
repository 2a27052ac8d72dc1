import { expect, test } from 'vitest';
import { passwordIssues } from '../../src/auth/password-policy.ts';

const codesOf = (password: string, email = 'jo.miller@example.com', passwordLength = 12): string[] =>
  passwordIssues(password, { email }, { passwordLength }).map(({ code }) => code);

test.each([
  'TempPass123!',
  'correct horse battery',
  'zebra-umbrella-99',
  'пароль для входа',
  '🦊🦊 forest walk 7',
  ' spaces are fine ',
])('%j is acceptable', (password) => {
  expect(codesOf(password)).toEqual([]);
});

test.each([
  'password1234',
  '123456789012',
  'PASSWORD1234',
  'passwordpassword',
  'qwertyuiop12',
  'aaaaaaaaaaaa',
  '123123123123',
  'letmeinletmein',
  'abcdefghijkl',
  'zyxwvutsrqpo',
  '1234567890123',
  'qwertyuiopas',
  'password12345',
  'Password-2026!',
  '!monkey123456',
  'ｐａｓｓｗｏｒｄ１２３４',
])('%j is common', (password) => {
  expect(codesOf(password)).toContain('TOO_COMMON');
});

test('length is counted in characters, the limit above in bytes', () => {
  expect(codesOf('short-one-1')).toEqual(['TOO_SHORT']);
  expect(codesOf('🦊🐻🦉🐝🐢🐙🦀🐬🦜🐴🐗')).toEqual(['TOO_SHORT']);
  expect(codesOf('🦊🐻🦉🐝🐢🐙🦀🐬🦜🐴🐗🐺')).toEqual([]);
  expect(codesOf('short-one-1', 'jo@example.com', 8)).toEqual([]);
  expect(codesOf(`${'é'.repeat(127)} x`)).toEqual([]);
  expect(codesOf(`${'é'.repeat(127)} xy`)).toEqual(['TOO_LONG']);
});

test('a body full of one letter is judged at once', () => {
  const start = performance.now();

  expect(codesOf('a'.repeat(100_000))).toEqual(['TOO_LONG']);
  expect(codesOf(`a${'\u0301'.repeat(24_900)}${'\u0316'.repeat(24_900)}`)).toEqual(['TOO_LONG']);
  expect(codesOf(`${'a'.repeat(255)}b`)).toEqual([]);

  expect(performance.now() - start).toBeLessThan(30_000);
});

test('neither the address, nor its local part, nor the name of the product is in it', () => {
  expect(codesOf('my jo.miller@example.com key')).toEqual(['CONTAINS_EMAIL']);
  expect(codesOf('my JO.MILLER is secret')).toEqual(['CONTAINS_EMAIL']);
  expect(codesOf('joyful evening walk', 'jo@example.com')).toEqual([]);
  expect(codesOf('my-Steward-key-4711')).toEqual(['CONTAINS_PRODUCT_NAME']);
});

test('everything that is wrong is told at once', () => {
  expect(codesOf('steward', 'steward@example.com')).toEqual([
    'TOO_SHORT',
    'TOO_COMMON',
    'CONTAINS_EMAIL',
    'CONTAINS_PRODUCT_NAME',
  ]);
});

test('half a character is no text', () => {
  expect(codesOf('forest walk \ud83e')).toEqual(['NOT_TEXT']);
});
