import { type Person, password } from '../../../test/support/world.ts';
import { type AuthClient, type ClientEvents, type ClientOptions, createAuthClient } from '../../src/index.ts';
import { type Network, network } from './network.ts';

export interface Watched {
  readonly client: AuthClient;
  readonly net: Network;
  /** What the client told, in order. */
  readonly events: readonly (readonly [name: string, event: unknown])[];
}

const names: (keyof ClientEvents)[] = [
  'authenticated',
  'token_refreshed',
  'org_switched',
  'impersonation_started',
  'impersonation_ended',
  'logged_out',
];

/** A client whose requests and events are seen. */
export function watched(options: ClientOptions): Watched {
  const net = network(options.fetch);
  const client = createAuthClient({ ...options, fetch: net.fetch });
  const events: [string, unknown][] = [];
  for (const name of names) client.on(name, (event) => events.push([name, event]));
  return { client, net, events };
}

/** One that somebody has signed in with; what that took is forgotten. */
export async function signedIn(person: Person, options: ClientOptions, login: object = {}): Promise<Watched> {
  const all = watched(options);
  await all.client.auth.login({ email: person.email, password, ...login });
  all.net.look();
  (all.events as unknown[]).length = 0;
  return all;
}
