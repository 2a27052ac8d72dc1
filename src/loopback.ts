import { isIPv4 } from 'node:net';

/** Whether the host can only be this machine; as `URL.hostname` writes it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
