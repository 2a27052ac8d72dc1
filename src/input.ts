import { z } from 'zod';
import { isCode } from './code.ts';
import { normalizeEmail } from './email.ts';
import { type InputIssue, invalid } from './errors.ts';
import { isText } from './text.ts';

/**
 * What the inputs of mutations are made of. A field that is left out is undefined and stays as it is; null clears what may
 * be empty, and is an issue elsewhere. Text comes out as it is stored: NFC, trimmed, and refused where it can't be stored
 * unchanged.
 */

type Issue = readonly [code: string, message: string];

const empty: Issue = ['REQUIRED', 'This may not be empty.'];

/** A step that takes a text and gives what is stored, or tells what is wrong with it. */
const reading = <Out>(read: (text: string) => { readonly value: Out } | { readonly issue: Issue }) =>
  z.string({ error: empty[1] }).transform((sent, context): Out => {
    const result = read(sent);
    if ('value' in result) return result.value;
    const [code, message] = result.issue;
    context.addIssue({ code: 'custom', params: { code }, message });
    return z.NEVER;
  });

interface TextForm {
  readonly min?: number;
  readonly max: number;
  /** Line breaks and tabs are welcome. */
  readonly lines?: boolean;
}

/** What is stored of a text, empty where nothing is left of it; or what is wrong with it. Lengths are in characters. */
function readText(sent: string, { min = 0, max, lines = false }: TextForm): { value: string } | { issue: Issue } {
  // Normalising takes time that grows with the square of the marks on a letter; no language has thirty (UAX #15, stream-safe).
  if (/\p{M}{31}/u.test(sent)) return { issue: ['NOT_TEXT', 'This holds a letter with more than 30 marks.'] };
  if (!isText(sent) || (lines ? /[^\P{Cc}\n\r\t]/u : /[\p{Cc}\u2028\u2029]/u).test(sent.trim())) {
    return { issue: ['NOT_TEXT', 'This holds control characters, or halves of characters.'] };
  }
  const value = sent.normalize('NFC').trim();
  if (value !== '' && showsNothing(value)) return { issue: ['INVISIBLE', 'This shows nothing.'] };
  const length = [...value].length;
  if (length > max) return { issue: ['TOO_LONG', `${max} characters at most.`] };
  if (value !== '' && length < min) return { issue: ['TOO_SHORT', `${min} characters at least.`] };
  return { value };
}

// The blank of Braille and the fillers of Hangul are letters by their category, and show nothing.
const showsNothing = (text: string): boolean =>
  /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{M}\u2800\u3164\uFFA0\u115F\u1160]*$/u.test(text);

/** Text that may not be empty. */
const text = (form: TextForm) =>
  reading<string>((sent) => {
    const read = readText(sent, form);
    return 'value' in read && read.value === '' ? { issue: empty } : read;
  });

/** Text that may be empty: null, and what is empty once trimmed, is null. */
const optionalText = (form: TextForm) =>
  reading<string | null>((sent) => {
    const read = readText(sent, form);
    return 'value' in read ? { value: read.value || null } : read;
  }).nullable();

export const name = text({ max: 200 });
export const optionalName = optionalText({ max: 200 });
export const optionalDescription = optionalText({ max: 2000, lines: true });
export const optionalExternalId = optionalText({ max: 200 });
export const reason = text({ min: 3, max: 500, lines: true });
export const optionalReason = optionalText({ min: 3, max: 500, lines: true });

export const optionalUrl = reading<string | null>((sent) => {
  const read = readText(sent, { max: 2048 });
  if (!('value' in read)) return read;
  const isUrl = /^https?:\/\/\S+$/.test(read.value) && URL.canParse(read.value);
  return read.value === '' || isUrl
    ? { value: read.value || null }
    : { issue: ['INVALID_URL', 'An address starts with http:// or https://.'] };
}).nullable();

/** Of a role, pool or app. */
export const code = reading<string>((sent) =>
  isCode(sent.trim()) ? { value: sent.trim() } : { issue: ['INVALID_CODE', 'A code has 1 to 100 of a to z, 0 to 9, _ and -.'] },
);

/** Of an organization, as it stands in addresses. */
export const slug = reading<string>((sent) =>
  /^[a-z0-9-]{1,100}$/.test(sent.trim())
    ? { value: sent.trim() }
    : { issue: ['INVALID_SLUG', 'A slug has 1 to 100 of a to z, 0 to 9 and -.'] },
);

/** An address that mail can be sent to, in the one spelling that is stored. What the HTML standard takes for one. */
export const email = reading<string>((sent) => {
  const address = normalizeEmail(sent);
  const isAddress = address !== null && z.regexes.html5Email.test(address) && address.indexOf('@') <= 64;
  return isAddress ? { value: address } : { issue: ['INVALID_EMAIL', 'This is no e-mail address.'] };
});

const metadataBytes = 16_384;
const metadataLevels = 5;

type JsonObject = Record<string, unknown>;

/** Free data, kept exactly as it was sent; null is none. */
export const metadata = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null)
  .transform((value, context) => {
    for (const [issue, message] of metadataIssues(value)) {
      context.addIssue({ code: 'custom', params: { code: issue }, message });
    }
    return value;
  })
  .nullable()
  // As it will come back from the database, so that the two can be compared: -0 is 0, and a literal's objects get a prototype.
  .transform((value): JsonObject => JSON.parse(JSON.stringify(value ?? {})));

function metadataIssues(value: JsonObject): Issue[] {
  const issues: Issue[] = [];
  if (Buffer.byteLength(JSON.stringify(value)) > metadataBytes) issues.push(['TOO_LONG', `${metadataBytes} bytes at most.`]);
  if (levelsOf(value) > metadataLevels) issues.push(['TOO_DEEP', `${metadataLevels} levels at most.`]);
  if (!isStorable(value)) {
    issues.push(['NOT_STORABLE', 'This holds NUL, a half of a character, or a number that would not be kept exactly.']);
  }
  return issues;
}

// Deep nesting is bounded by what JSON.parse and GraphQL take; both recurse no deeper than this does.
const levelsOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((deepest: number, inner) => Math.max(deepest, levelsOf(inner)), 0)
    : 0;

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isText(value);
  // What is beyond was rounded when it was read, and 1e999 became infinite.
  if (typeof value === 'number') return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isText(key) && isStorable(inner));
}

/** Codes as they were sent, each once. Whether they name something is for the mutation to find. */
export const codes = z.array(z.string()).transform((list, context) => {
  const different = [...new Set(list)];
  if (different.length > 100) context.addIssue({ code: 'custom', params: { code: 'TOO_MANY' }, message: '100 at most.' });
  return different;
});

/** A value that GraphQL has judged already; null is left out. */
export const given = <Value>() => z.custom<Value>(() => true).optional();

/** An instant that lies ahead. */
export const futureInstant = z
  .date()
  .refine((instant) => instant.getTime() > Date.now(), { params: { code: 'IN_THE_PAST' }, message: 'This lies in the past.' });

/** For how long an invitation is good. */
export const invitationDays = z.int().refine((days) => days >= 1 && days <= 30, {
  params: { code: 'OUT_OF_RANGE' },
  message: 'An invitation is good for 1 to 30 days.',
});

/** A value that may not be null; GraphQL has judged the rest. */
export const required = <Value>() => z.custom<Value>((value) => value !== null, { error: empty[1], params: { code: empty[0] } });

/** What is wrong with an input, in the order of its fields, and what it says where nothing is. */
export interface ReadInput<Out> {
  readonly issues: readonly InputIssue[];
  readonly value: Out | null;
}

export function readInput<Out>(schema: z.ZodType<Out>, input: unknown): ReadInput<Out> {
  const { data = null, error } = schema.safeParse(input);
  const issues = (error?.issues ?? []).map((issue) => ({
    path: ['input', ...issue.path.map(String)],
    code: 'params' in issue && issue.params?.code ? String(issue.params.code) : empty[0],
    message: issue.message,
  }));
  return { issues, value: data };
}

/** What the input says. Throws VALIDATION_FAILED with everything that is wrong with it. */
export function parseInput<Out>(schema: z.ZodType<Out>, input: unknown): Out {
  const { issues, value } = readInput(schema, input);
  const refusal = invalid(issues);
  if (refusal || value === null) throw refusal;
  return value;
}
