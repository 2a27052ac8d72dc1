import { isIPv6 } from 'node:net';
import { isLoopback } from '../loopback.ts';
import type { Settings } from '../settings.ts';
import { Refused } from './plain.ts';

const authority = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[a-z0-9._-]+))(?::(?<port>\d{1,5}))?$/i;

/** Throws where `Host` is not sound (400), or not ours (421): a name that somebody points at us must not serve as us. */
export function checkHost(host: string | null, { mode, publicUrl }: Pick<Settings, 'mode' | 'publicUrl'>): void {
  const { name, port } = parseHost(host);
  const ours = publicUrl.hostname.toLowerCase() === name && portOf(publicUrl) === (port ?? defaultPort(publicUrl));
  if (ours || (mode !== 'production' && isLoopback(name))) return;
  throw new Refused(421, 'MISDIRECTED_REQUEST', 'This server does not answer for that host.');
}

/** `name` as `URL.hostname` writes it: lower case, an IPv6 address in brackets. */
function parseHost(host: string | null): { name: string; port: string | undefined } {
  const parts = host === null ? undefined : authority.exec(host)?.groups;
  const sound = parts && (parts.six === undefined || isIPv6(parts.six)) && Number(parts.port ?? 0) <= 65_535;
  if (!sound) throw new Refused(400, 'BAD_REQUEST', 'The header host is missing or malformed.');
  return { name: (parts.name ?? `[${parts.six}]`).toLowerCase(), port: parts.port };
}

const defaultPort = ({ protocol }: URL): string => (protocol === 'https:' ? '443' : '80');

const portOf = (url: URL): string => url.port || defaultPort(url);
