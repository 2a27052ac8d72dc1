import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { settings } from '../settings.ts';
import { authenticator } from './authenticate.ts';
import { type FloorStatement, statements } from './statements/index.ts';

const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: settings.poolSize });
const authenticate = authenticator(pool, settings.issuer);

const server = http.createServer((request, response) => {
  answer(request, response).catch((error: Error) => send(response, 500, JSON.stringify({ error: error.message })));
});
server.listen(settings.port, '127.0.0.1');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/readyz') return send(response, 200, '{}');
  const statement = statements.get(request.url!.slice(1));
  if (!statement) return send(response, 404, '{"error":"There is no such work."}');
  const parameters = JSON.parse(await bodyOf(request));
  const callerId = await authenticate(request.headers.authorization, statement.needs ?? ofReading);
  if (!callerId) return send(response, 401, '{"error":"Sign in first."}');
  send(response, 200, await run(statement, parameters, callerId));
}

const ofReading = ['users:read', 'apps:read', 'organizations:read'];

async function run({ name, text, values }: FloorStatement, parameters: any, callerId: string): Promise<string> {
  const { rows } = await pool.query({ ...(name && { name }), text, values: values(parameters, callerId), rowMode: 'array' });
  return rows[0]![0];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
