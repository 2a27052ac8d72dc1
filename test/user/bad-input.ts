import type { Person, World } from '../support/world.ts';

/** What no text of a single line can be, and the code of the issue that says so. */
export const badTexts: readonly (readonly [what: string, text: string, code: string])[] = [
  ['NUL', 'Jo\0', 'NOT_TEXT'],
  ['a control character', 'Jo\u0007Doe', 'NOT_TEXT'],
  ['a line break', 'Jo\nDoe', 'NOT_TEXT'],
  ['half a character', 'Jo \ud83d', 'NOT_TEXT'],
  ['the other half', '\udc00', 'NOT_TEXT'],
  ['zero-width characters alone', '\u200b\u2060\ufeff', 'INVISIBLE'],
  ['an override of direction alone', '\u202e', 'INVISIBLE'],
  ['the blank of Braille', '\u2800', 'INVISIBLE'],
  ['a mark on nothing', '\u0301', 'INVISIBLE'],
  ['ten kilobytes', 'x'.repeat(10_000), 'TOO_LONG'],
  // Normalising these would take seconds.
  ['a letter under thousands of marks', `a${'\u0315'.repeat(10_000)}${'\u0300'.repeat(10_000)}`, 'NOT_TEXT'],
  ['one character too many', '𝒳'.repeat(201), 'TOO_LONG'],
];

/** What is no address, and what looks like one. */
export const badEmails: readonly (readonly [what: string, email: string])[] = [
  ['nothing', ''],
  ['blanks', '   '],
  ['no address', 'jo'],
  ['no domain', 'jo@'],
  ['nobody', '@example.com'],
  ['two signs', 'jo@home@example.com'],
  ['two addresses', 'jo@example.com,eve@example.com'],
  ['a name around it', 'Jo <jo@example.com>'],
  ['a blank inside', 'jo doe@example.com'],
  ['NUL', 'jo\0@example.com'],
  ['a line break and a header', 'jo@example.com\nBcc: eve@example.com'],
  ['half a character', 'jo\ud800@example.com'],
  ['a zero-width character', 'jo\u200b@example.com'],
  ['a Cyrillic letter that looks Latin', '\u0458o@example.com'],
  ['a Kelvin sign, which is k in lower case', '\u212aim@example.com'],
  ['a full-width sign', 'jo\uff20example.com'],
  ['a domain with a letter of its own', 'jo@ex\u00e4mple.com'],
  ['an empty label', 'jo@example..com'],
  ['a local part of 65 characters', `${'x'.repeat(65)}@example.com`],
  ['255 characters', `jo@${'x.'.repeat(126)}`.slice(0, 255)],
  ['ten kilobytes', `${'x'.repeat(10_000)}@example.com`],
];

const nested = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

export const badMetadata: readonly (readonly [what: string, metadata: object, codes: string[]])[] = [
  ['16 kB and more', { text: 'x'.repeat(16_384) }, ['TOO_LONG']],
  ['16 kB and more of two bytes a character', { text: '\u00e4'.repeat(8_192) }, ['TOO_LONG']],
  ['six levels', nested(6), ['TOO_DEEP']],
  ['six levels of lists', { a: [[[[[1]]]]] }, ['TOO_DEEP']],
  ['NUL in a value', { a: ['\0'] }, ['NOT_STORABLE']],
  ['NUL in a key', { 'a\0': 1 }, ['NOT_STORABLE']],
  ['half a character', { a: { b: '\ud800' } }, ['NOT_STORABLE']],
  ['an integer beyond 2^53', { a: 2 ** 53 }, ['NOT_STORABLE']],
  ['an integer far beyond', { a: -1e300 }, ['NOT_STORABLE']],
  ['all of it', { ...nested(6), b: '\0'.repeat(16_384) }, ['TOO_LONG', 'TOO_DEEP', 'NOT_STORABLE']],
];

/** Ids that name nothing: of other types, of other shapes, and an unknown one. */
export const badIds = (prefix: 'user' | 'app'): readonly (readonly [what: string, id: string])[] => [
  ['nothing', ''],
  ['a number', '5'],
  ['a prefix', `${prefix}_`],
  ['an unknown one', `${prefix}_01h455vb4pex5vsknk084sn02q`],
  ['one in capital letters', `${prefix.toUpperCase()}_01H455VB4PEX5VSKNK084SN02Q`],
  ['one beyond 128 bits', `${prefix}_81h455vb4pex5vsknk084sn02q`],
  ['one of another type', 'org_01h455vb4pex5vsknk084sn02q'],
  ['one of the database', '01890a5d-ac96-774b-bcce-b302099a8057'],
  ['NUL', `${prefix}_\0`],
  ['half a character', `${prefix}_\ud800`],
  ['ten kilobytes', 'x'.repeat(10_000)],
];

/** What JSON can say, and no JavaScript value: as text for `runWith`. */
export const badMetadataTexts: readonly (readonly [what: string, metadata: string, codes: string[]])[] = [
  ['a number that is no number any more', '{"a":1e999}', ['NOT_STORABLE']],
  ['and below', '{"a":[-1e999]}', ['NOT_STORABLE']],
  ['an integer that was rounded', '{"a":{"b":9007199254740993}}', ['NOT_STORABLE']],
  ['as many levels as a request may have', `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`, ['TOO_DEEP']],
];

/** Runs an operation whose input has `metadata` as the text says. */
export async function runWith(world: World, by: Person, query: string, input: object, metadata: string): Promise<any> {
  const { accessToken } = by.tokens ?? (await by.signIn());
  const { publicUrl } = world.settings;
  const body = JSON.stringify({ query, variables: { input: { ...input, metadata: 'here' } } });
  const response = await world.server.fetch(
    new Request(new URL('/graphql', publicUrl), {
      method: 'POST',
      headers: { host: publicUrl.host, 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: body.replace('"here"', metadata),
    }),
  );
  const { data, errors } = await response.json();
  return data ?? errors;
}
