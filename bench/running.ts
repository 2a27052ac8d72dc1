import type { Contender, Ground } from './contender.ts';
import type { ServerProcess } from './server-process.ts';
import type { Work } from './work.ts';

/** A contender whose server runs. */
export interface Running {
  readonly name: string;
  readonly server: ServerProcess;
  /** What it answers, in the shape of Steward's `data`. */
  ask(work: Work, parameters: unknown, token: string): Promise<unknown>;
  /** The same as the bytes of an HTTP request. */
  request(work: Work, parameters: unknown, token: string): Buffer;
}

export async function run(contender: Contender, ground: Ground): Promise<Running> {
  const server = await contender.start(ground);
  const host = `127.0.0.1:${ground.port}`;

  function requestOf(work: Work, parameters: unknown, token: string) {
    const { path, body } = contender.request(work, parameters);
    const headers = { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return { path, headers, body: JSON.stringify(body) };
  }

  return {
    name: contender.name,
    server,
    async ask(work, parameters, token) {
      const { path, headers, body } = requestOf(work, parameters, token);
      const response = await fetch(`http://${host}${path}`, { method: 'POST', headers, body });
      return contender.data(await response.json());
    },
    request(work, parameters, token) {
      const { path, headers, body } = requestOf(work, parameters, token);
      const lines = Object.entries({ host, ...headers, 'content-length': Buffer.byteLength(body) });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n${body}`);
    },
  };
}
