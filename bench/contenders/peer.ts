import { join } from 'node:path';
import { type Ground, poolSize } from '../contender.ts';
import { builtPeers } from '../peers/build.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

/** Starts the peer in that folder of `bench/peers`, compiled as Steward is. */
export function startPeer(name: string, { databaseUrl, issuer, port, folder }: Ground): Promise<ServerProcess> {
  return startServer({
    name,
    args: [join(builtPeers, name, 'main.js')],
    environment: { DATABASE_URL: databaseUrl, ISSUER: issuer, POOL_SIZE: String(poolSize) },
    port,
    folder,
  });
}
