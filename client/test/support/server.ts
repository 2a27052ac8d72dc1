import { pino } from 'pino';
import { afterAll } from 'vitest';
import { createServer, type StewardServer } from '../../../src/server.ts';
import { readSettings } from '../../../src/settings.ts';
import { startWorld, type World } from '../../../test/support/world.ts';

/** A world whose server listens: what the client talks to. */
export interface Listening {
  readonly world: World;
  /** What `apiBaseUrl` is. */
  readonly url: string;
  readonly server: StewardServer;
}

const running: StewardServer[] = [];
afterAll(() => Promise.all(running.map((server) => server.close())));

/** Starts a world and lets its server listen on a free port of 127.0.0.1, until the test file ends. */
export async function startListening(environment: Record<string, string> = {}): Promise<Listening> {
  const world = await startWorld(environment);
  return { world, server: world.server, url: await listening(world.server) };
}

/** Another server on the world's database, as a second machine has one, or one with other settings. */
export async function anotherServer(
  { database, settings: { secret } }: World,
  environment: Record<string, string> = {},
): Promise<Omit<Listening, 'world'>> {
  const settings = readSettings({ NODE_ENV: 'test', STEWARD_SECRET: Buffer.from(secret).toString('base64'), ...environment });
  const server = await createServer({ database, settings, log: pino({ level: 'silent' }) });
  return { server, url: await listening(server) };
}

/** The address without a slash at its end. */
async function listening(server: StewardServer): Promise<string> {
  running.push(server);
  return (await server.listen(0, '127.0.0.1')).origin;
}
