import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach } from 'vitest';
import { type Mail, openContent, queueMail } from '../../src/mail/outbox.ts';
import { transportFor } from '../../src/mail/transport.ts';
import { createMailWorker, type MailWorker } from '../../src/mail/worker.ts';
import { startWorld, type World } from '../support/world.ts';

/** A message as a mail server has it. */
export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** By lower-case name, unfolded, and each that occurs. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Bodies by their type, decoded. */
  readonly bodies: Readonly<Record<string, string>>;
}

const running = new Set<SMTPServer>();
afterEach(() => Promise.all([...running].map(closed)));

async function closed(server: SMTPServer): Promise<void> {
  if (running.delete(server)) await new Promise<void>((resolve) => server.close(resolve));
}

/** A mail server in this process that keeps what it gets; it ends with the test. */
export async function startSmtp(options: SMTPServerOptions = {}, port = 0) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    // What is unanswered when a test ends is not waited for.
    closeTimeout: 100,
    async onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const { headers, bodies } = parse(Buffer.concat(chunks).toString('latin1'));
      const from = envelope.mailFrom ? envelope.mailFrom.address : '';
      received.push({ from, to: envelope.rcptTo.map(({ address }) => address), headers, bodies });
      callback();
    },
    ...options,
  });
  // A client that is cut off is what some tests are about.
  server.on('error', () => {});
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  running.add(server);
  const bound = (server.server.address() as AddressInfo).port;
  return { received, port: bound, url: `smtp://127.0.0.1:${bound}`, stop: () => closed(server) };
}

function parse(raw: string): Pick<Received, 'headers' | 'bodies'> {
  const { headers, body } = split(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type']?.[0] ?? '')?.[1];
  const parts = boundary ? body.split(`--${boundary}`).slice(1, -1).map(split) : [{ headers, body }];
  const bodies = Object.fromEntries(
    parts.map((part) => [part.headers['content-type']![0]!.split(';')[0]!, decoded(part.body, part.headers)]),
  );
  return { headers, bodies };
}

function split(raw: string): { headers: Record<string, string[]>; body: string } {
  const text = raw.replace(/^\r\n/, '');
  const end = text.indexOf('\r\n\r\n');
  const headers: Record<string, string[]> = {};
  for (const line of text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const [name = '', ...value] = line.split(':');
    const key = name.toLowerCase();
    headers[key] = [...(headers[key] ?? []), value.join(':').trim()];
  }
  return { headers, body: text.slice(end + 4).replace(/\r\n$/, '') };
}

function decoded(body: string, headers: Record<string, string[]>): string {
  const encoding = headers['content-transfer-encoding']?.[0];
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  const bytes = encoding === 'quoted-printable' ? unquoted(body) : body;
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
}

const unquoted = (text: string): string =>
  text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

/** A world with mail: a worker that the test drives, its log, and what the outbox says. */
export async function startMailWorld(environment: Record<string, string> = {}) {
  const world = await startWorld(environment);
  return { ...world, ...mailOf(world) };
}

export type MailWorld = Awaited<ReturnType<typeof startMailWorld>>;

function mailOf({ database, server, settings }: World) {
  const lines: Record<string, unknown>[] = [];
  const log: Logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) });

  return {
    log,
    /** What was logged, as objects. */
    lines,
    /** A worker to a mail server, not started. */
    workerFor(smtpUrl: string, options: { atOnce?: number; pollMs?: number } = {}): MailWorker {
      return createMailWorker({ ...server.steward, log }, transportFor({ ...settings, smtpUrl }, log)!, options);
    },
    queue: (mail: Mail) => database.transaction((tx) => queueMail(tx, server.steward, mail)),
    /** What became of the messages, oldest first. */
    async outcomes(): Promise<Record<string, unknown>[]> {
      const { rows } = await database.pool.query(`
        SELECT recipient, status, attempts, last_error AS error, sent_at IS NOT NULL AS sent,
               round(extract(epoch FROM next_attempt_at - now()))::int AS "nextIn" FROM outbox_messages ORDER BY id`);
      return rows;
    },
    /** Nobody wants to wait. A second ago: the column rounds, and what is due in half a millisecond is not due. */
    dueNow: () =>
      database.pool.query("UPDATE outbox_messages SET next_attempt_at = now() - interval '1 second' WHERE status = 'PENDING'"),
    async contents() {
      const { rows } = await database.pool.query('SELECT sealed_content FROM outbox_messages ORDER BY id');
      return rows.map(({ sealed_content }) => openContent(server.steward.secrets, sealed_content));
    },
  };
}

export const resetMail = (to: string, name: string | null = 'Jo', token = 't'.repeat(43)): Mail => ({
  to,
  userId: null,
  template: 'passwordReset',
  name,
  token,
  minutes: 60,
});
