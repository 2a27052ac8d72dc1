import { isIPv6 } from 'node:net';

/**
 * What counts as one ip address where failures are counted: an IPv4 address, or an IPv6 network of /64, since whoever has
 * one address of it has them all.
 */
export function ipNetwork(ipAddress: string): string {
  const address = ipAddress.split('%')[0]!;
  if (!isIPv6(address)) return address;

  // The URL parser writes every spelling of an IPv6 address the same way, in hexadecimal groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const first = head ? head.split(':') : [];
  const last = tail ? tail.split(':') : [];
  const groups = tail === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill('0'), ...last];

  const isMappedIPv4 = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  if (isMappedIPv4) return groups.slice(6).flatMap(bytesOf).join('.');
  return `${groups.slice(0, 4).join(':')}::/64`;
}

const bytesOf = (group: string): number[] => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff];
