import { connect, createServer, type Socket } from 'node:net';
import { afterAll } from 'vitest';

/** Stands between a client and its server, and does what networks do. */
export interface Proxy {
  readonly url: string;
  /** Where new connections lead; null refuses them. */
  target: string | null;
  /** After so many bytes to the client a new connection is cut. */
  budget: () => number;
  /** How many connections there were. */
  readonly connections: number;
  /** Cuts all that are open. */
  cut(): void;
}

/** A TCP proxy on a free port of 127.0.0.1, until the test file ends. */
export async function startProxy(target: string): Promise<Proxy> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    connections++;
    if (proxy.target === null) return near.destroy();
    const far = connect(Number(new URL(proxy.target).port), '127.0.0.1');
    let left = proxy.budget();
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', cut).on('close', () => {
        open.delete(socket);
        cut();
      });
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (bytes.length <= left) near.write(bytes);
      else near.end(bytes.subarray(0, left), cut);
      left -= Math.min(bytes.length, left);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const proxy = {
    url: `http://127.0.0.1:${port}`,
    target: target as string | null,
    budget: () => Number.POSITIVE_INFINITY,
    get connections() {
      return connections;
    },
    cut() {
      for (const socket of open) socket.destroy();
    },
  };
  afterAll(async () => {
    proxy.cut();
    await new Promise((resolve) => server.close(resolve));
  });
  return proxy;
}
