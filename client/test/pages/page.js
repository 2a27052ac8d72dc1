// What a page does that uses the client as it is built, without a bundler.
import { cookieStore, createAuthClient, localStorageStore, memoryStore } from '/client/index.js';

const { api, store } = Object.fromEntries(new URLSearchParams(location.search));
const stores = { memory: memoryStore, localStorage: localStorageStore, cookie: cookieStore };

/** What the client told, in order. */
const heard = [];
const client = createAuthClient({ apiBaseUrl: api, store: stores[store]() });
for (const name of ['logged_out', 'org_switched', 'impersonation_started', 'impersonation_ended']) {
  client.on(name, (event) => heard.push({ name, ...event }));
}
await client.ready();
Object.assign(window, { client, heard });
