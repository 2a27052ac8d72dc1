import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** Word from server to server that there are new audit events. It may get lost, so nothing but speed may depend on it. */
export interface Notices {
  /** Tells every server, this one at once and the others within 50 ms. Returns before anything was sent, and never throws. */
  send(): void;
  /** Calls `hear` for each notice, and after a lost connection has come back. Returns what ends it. */
  listen(hear: () => void): () => void;
  close(): Promise<void>;
}

const channel = 'steward_audit';

/** At most so often is a notice sent: each costs a transaction. */
const restMs = 50;
const reconnectMs = 1000;

/** Notices within this process, which is the only one of an embedded database. */
export function localNotices(): Notices {
  const hearers = new Set<() => void>();
  return {
    send() {
      for (const hear of hearers) hear();
    },
    listen(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    async close() {},
  };
}

/**
 * Notices by NOTIFY, on a connection of their own: a pooled one that listens would be taken from the pool, and a NOTIFY in a
 * change's own transaction would have the commits of all changes wait for one another. Connected when first needed, and
 * again by itself while somebody listens.
 */
export function postgresNotices(config: pg.ClientConfig): Notices {
  const local = localNotices();
  const self = randomUUID();
  let listening = 0;
  let connecting: Promise<pg.Client> | undefined;
  let isDue = false;
  let isTelling = false;
  let isClosed = false;

  function connected(): Promise<pg.Client> {
    if (connecting) return connecting;
    const client = new pg.Client(config);
    const attempt = connect(client);
    connecting = attempt;
    const lost = () => {
      if (connecting !== attempt) return;
      connecting = undefined;
      client.end().catch(() => {});
      setTimeout(reconnect, reconnectMs).unref();
    };
    // Nobody waits for these; an unheard event would end the process.
    client.on('error', lost);
    client.on('end', lost);
    attempt.catch(lost);
    return attempt;
  }

  async function connect(client: pg.Client): Promise<pg.Client> {
    client.on('notification', ({ payload }) => {
      if (payload !== self) local.send();
    });
    await client.connect();
    // Its types do not know it: a connection that nobody waits for keeps no process alive.
    (client as unknown as { unref(): void }).unref();
    await client.query(`LISTEN ${channel}`);
    return client;
  }

  function reconnect(): void {
    if (isClosed || listening === 0 || connecting) return;
    // What was sent meanwhile was not heard.
    connected().then(local.send, () => {});
  }

  /** Tells the others as long as there is something to tell, with a rest after each. */
  async function tell(): Promise<void> {
    isTelling = true;
    while (isDue && !isClosed) {
      isDue = false;
      const rest = pause(restMs, undefined, { ref: false });
      const client = await connected().catch(() => undefined);
      // Lost with the connection, be it that it only hangs: the others look by themselves.
      await client?.query('SELECT pg_notify($1, $2)', [channel, self]).catch(() => client.end().catch(() => {}));
      await rest;
    }
    isTelling = false;
  }

  return {
    send() {
      local.send();
      if (isClosed) return;
      isDue = true;
      if (!isTelling) void tell();
    },
    listen(hear) {
      const deafen = local.listen(hear);
      listening++;
      if (!isClosed) connected().catch(() => {});
      let isOver = false;
      return () => {
        if (!isOver) listening--;
        isOver = true;
        deafen();
      };
    },
    async close() {
      isClosed = true;
      const client = await connecting?.catch(() => undefined);
      connecting = undefined;
      await client?.end().catch(() => {});
    },
  };
}
