import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containing, fold, organizationSearchText, searchWords, userSearchText } from '../src/search.ts';

test.each(['', ' ', '\t\n  ', '\u00a0\u3000\u2003'])('the blank search %j has no words', (search) => {
  const words = searchWords(search);

  expect(words).toEqual([]);
});

test.each([
  ['capital letters', 'MÜLLER', 'müller'],
  ['full-width letters and digits', 'ＡＢＣ１２３＠', 'abc123@'],
  ['ligatures', 'ﬁﬂ', 'fifl'],
  ['letters with combining marks', 'e\u0301', 'é'],
  ['half-width kana', 'ｶﾞ', 'ガ'],
  ['the sharp s, and how it is written in capitals', 'Straße STRASSE STRAẞE', 'strasse strasse strasse'],
  ['the Turkish capital i with its dot, composed or not', 'İI\u0307', 'ii'],
  ['the Turkish small i without a dot', 'ıI', 'ii'],
  ['the Kelvin and Ångström signs', '\u212a\u212b', 'kå'],
  ['Greek capitals, where the last sigma looks otherwise', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
  ['roman numerals and superscripts', 'Ⅳ²', 'iv2'],
  ['what has no case', '田中', '田中'],
])('folding takes %s alike', (_what, text, folded) => {
  expect(fold(text)).toBe(folded);
});

test('the beginning of a Greek name in capitals is found in it', () => {
  const text = userSearchText({ email: 'a@example.com', name: 'Οδυσσεύς' });

  expect(searchWords('ΟΔΥΣ').every((word) => text.includes(word))).toBe(true);
});

/** Every letter, mark, number and symbol of Unicode. */
const characters = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter((one) =>
  /[\p{L}\p{M}\p{N}\p{S}]/u.test(one),
);

test('folding what is folded changes nothing, for every character there is', () => {
  const moved = characters.filter((one) => fold(fold(one)) !== fold(one));

  expect(moved).toEqual([]);
});

test('a character in capitals or in small letters is folded alike, for every character there is', () => {
  const apart = characters.filter((one) => fold(one.toUpperCase()) !== fold(one) || fold(one.toLowerCase()) !== fold(one));

  expect(apart).toEqual([]);
});

test('a search in the case of the text, in capitals, or in small letters is the same words', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'abzäöñéσςßıİΐдж 0@._-') }), (text) => {
      expect(searchWords(text.toUpperCase())).toEqual(searchWords(text));
      expect(searchWords(text.toLowerCase())).toEqual(searchWords(text));
    }),
  );
});

test('words are parted by white space of any kind, and by nothing else', () => {
  const words = searchWords('  Jane\tO’Neil\u00a0x-y,z\u3000A@B.example\n');

  expect(words).toEqual(['jane', 'o’neil', 'x-y,z', 'a@b.example']);
});

test('what is searched has one line for each field that is there, so that no word matches across two', () => {
  const texts = [
    userSearchText({ email: 'jo@example.com', name: 'Jo Ö', externalId: 'X-1' }),
    userSearchText({ email: 'jo@example.com', name: null, externalId: 'X-1' }),
    userSearchText({ email: 'jo@example.com' }),
    organizationSearchText({ name: 'Ä GmbH', slug: 'a-gmbh' }),
  ];

  expect(texts).toEqual(['jo@example.com\njo ö\nx-1', 'jo@example.com\nx-1', 'jo@example.com', 'ä gmbh\na-gmbh']);
});

test('the wildcards of LIKE are escaped, and so is what escapes them', () => {
  const patterns = ['50%', 'a_b', 'c:\\d', 'plain'].map(containing);

  expect(patterns).toEqual(['%50\\%%', '%a\\_b%', '%c:\\\\d%', '%plain%']);
});
