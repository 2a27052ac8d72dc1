import { type Person, password } from '../../../test/support/world.ts';
import { type AuthClient, type ClientOptions, createAuthClient } from '../../src/index.ts';
import { startListening } from './server.ts';

/** What was asked in one HTTP request, one operation or several. */
export type Asked = { readonly query: string; readonly variables: Record<string, unknown> };

const modules = ['account', 'users', 'apps', 'pools', 'organizations', 'audit'] as const;
type Module = (typeof modules)[number];

const called = new Set<string>();

/** The same module, which notes whatever is called of it. */
function noting<Methods extends object>(name: Module, methods: Methods): Methods {
  return new Proxy(methods, {
    get(target, method) {
      called.add(`${name}.${String(method)}`);
      return Reflect.get(target, method);
    },
  });
}

/** A world, and clients of people in it. */
export async function startCalling() {
  const { world, url } = await startListening();

  /** A client of nobody yet. */
  function client(options: Partial<ClientOptions> = {}): AuthClient {
    const theirs = createAuthClient({ apiBaseUrl: url, ...options });
    return { ...theirs, ...Object.fromEntries(modules.map((name) => [name, noting(name, theirs[name])])) };
  }

  /** A client of that person, signed in. */
  async function as(person: Person, options: Partial<ClientOptions> = {}): Promise<AuthClient> {
    const theirs = client(options);
    await theirs.auth.login({ email: person.email, password });
    return theirs;
  }

  /** A client of that person, with all that it asks from now on, request by request. */
  async function watched(person: Person) {
    const requests: Asked[][] = [];
    const theirs = await as(person, {
      fetch: (input, init) => {
        requests.push([JSON.parse(String(init!.body))].flat());
        return fetch(input, init);
      },
    });
    requests.length = 0;
    return { client: theirs, requests };
  }

  /** The methods of a module that no client has called by now. */
  const uncalled = (name: Module): string[] => Object.keys(client()[name]).filter((method) => !called.has(`${name}.${method}`));

  const admin = await world.person({ name: 'Ada', roles: ['system_admin'] });
  return { world, url, client, as, watched, uncalled, admin, staff: await as(admin) };
}
