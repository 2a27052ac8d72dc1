import { type AuthClient, createAuthClient } from '@steward/client';
import { expect } from 'vitest';
import { type Person, password } from '../../../test/support/world.ts';
import { type Listening, startListening } from './server.ts';
import { Watch } from './watch.ts';

/** What both pages suppose: a server, an app, and an admin who may use it. */
export interface Stage extends Listening {
  readonly admin: Person;
  readonly app: { readonly id: string; readonly uuid: string; readonly code: string };
  readonly watch: Watch;
}

export async function setStage(): Promise<Stage> {
  const { world, ...listening } = await startListening();
  const admin = await world.person({ email: 'admin@ryanweiss.net', name: 'Ada', roles: ['system_admin', 'base_user'] });
  const app = await world.app({ code: 'auth-client-demo' });
  await world.grant(admin, app);
  return { world, ...listening, admin, app, watch: new Watch() };
}

/** A client of somebody's own, signed in (through an app). */
export async function theirClient(
  url: string,
  person: Pick<Person, 'email'> & { readonly password?: string },
  app?: { readonly code: string },
  fetch?: typeof globalThis.fetch,
) {
  const client = createAuthClient({ apiBaseUrl: url, appCode: app?.code, fetch });
  await client.auth.login({ email: person.email, password: person.password ?? password });
  return client;
}

/** Somebody's client finds out by its next call that its session was ended, says so, and is nobody's from then on. */
export async function expectSignedOut(client: AuthClient): Promise<void> {
  const reasons: string[] = [];
  const off = client.on('logged_out', ({ reason }) => reasons.push(reason));
  await expect(client.auth.whoami()).rejects.toMatchObject({ name: 'UnauthenticatedError', status: 401 });
  off();
  expect(reasons).toEqual(['ended']);
  expect(client.auth.isAuthenticated()).toBe(false);
  expect(await client.auth.whoami()).toBeNull();
}
