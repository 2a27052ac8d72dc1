import { type BlockList, isIP } from 'node:net';

/**
 * Who really sent the request. `X-Forwarded-For` is read from its end, as far as the addresses are proxies of ours: what
 * stands before the first stranger is what that stranger claims.
 */
export function clientAddress(peer: string | null, forwarded: readonly string[], proxies: BlockList): string | null {
  let sender = peer === null ? null : plainAddress(peer);
  const hops = forwarded.flatMap((line) => line.split(','));
  while (sender !== null && isListed(sender, proxies) && hops.length > 0) {
    const before = plainAddress(hops.pop()!.trim());
    if (before === null) break;
    sender = before;
  }
  return sender;
}

const isListed = (address: string, proxies: BlockList): boolean => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Without port, brackets, zone and the IPv6 dress of an IPv4 address, so that one client has one address. Null where it is none. */
function plainAddress(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, '').replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(address) === 0 ? null : address.toLowerCase();
}
