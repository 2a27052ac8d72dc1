import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** How the text of a setting is read. A message says what is wanted and never repeats the value, which may be a secret. */

export const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port number');

export const host = z.string().regex(/^[\w.:-]+$/, 'must be a host name or an IP address');

export const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((value) => value === 'true');

export const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: `must be ${values.join(' or ')}` });

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);

export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const path = z.string().refine((text) => !text.includes('\0'), 'must be a path');

const address = (protocols: readonly string[], wanted: string) =>
  z.string().transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && protocols.includes(url.protocol) && url.hostname !== '') return url;
    context.addIssue({ code: 'custom', message: wanted });
    return z.NEVER;
  });

export const databaseUrl = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text),
    'must be an address such as postgresql://user:password@host:5432/name',
  );

export const smtpUrl = address(['smtp:', 'smtps:'], 'must be an address such as smtp://user:password@host:587').transform(
  (url) => url.href,
);

/** `Name <address>`, or an address alone. */
export const sender = z.string().transform((text, context): { name: string; address: string } => {
  const { name = '', angled } = /^(?<name>[^<>"@\p{C}]*)<(?<angled>[^<>]*)>$/u.exec(text)?.groups ?? {};
  const address = angled ?? text;
  if (/^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+$/.test(address)) return { name: name.trim(), address };
  context.addIssue({ code: 'custom', message: 'must be an address such as Steward <no-reply@example.com>' });
  return z.NEVER;
});

export const publicUrl = address(['http:', 'https:'], 'must be an address such as https://steward.example.com').refine(
  (url) => url.username === '' && url.password === '' && url.search === '' && url.hash === '',
  'must have no user, query or fragment',
);

/** An origin as browsers send it: nothing but scheme, host and port, so that comparing texts is enough. */
export const origins = list.refine(
  (items) => items.every((item) => /^https?:/.test(item) && URL.canParse(item) && new URL(item).origin === item),
  'must list exact origins such as https://console.example.com, separated by commas',
);

export const proxies = list.refine(
  (items) => items.every(isProxy),
  'must list IP addresses or networks such as 10.0.0.0/8, separated by commas; never everything',
);

function isProxy(text: string): boolean {
  const [ip = '', prefix, ...rest] = text.split('/');
  const version = isIP(ip);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (version === 4 ? 32 : 128);
}

/** Which addresses are proxies of ours. */
export function blockList(proxiesListed: readonly string[]): BlockList {
  const known = new BlockList();
  for (const text of proxiesListed) {
    const [ip = '', prefix] = text.split('/');
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) known.addAddress(ip, family);
    else known.addSubnet(ip, Number(prefix), family);
  }
  return known;
}

/** 32 bytes or more, in hex where the text can be hex, else in base64 or base64url. Hex comes first: 44 to 62 hex digits would pass as base64 of 32 bytes and hold fewer. */
export const secret = z.string().transform((text, context): Uint8Array => {
  const bytes = decodeSecret(text.trim());
  if (bytes && bytes.length >= 32) return bytes;
  context.addIssue({
    code: 'custom',
    message: 'must be 32 random bytes or more in base64 or hex, such as `openssl rand -base64 32` prints',
  });
  return z.NEVER;
});

function decodeSecret(text: string): Uint8Array | undefined {
  if (/^([0-9a-f]{2})+$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return new Uint8Array(Buffer.from(text, 'base64'));
  return undefined;
}
