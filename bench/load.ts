import { connect, type Socket } from 'node:net';

export interface Load {
  readonly port: number;
  /** Whole HTTP requests, sent in turn, round and round. */
  readonly requests: readonly Buffer[];
  /** Which of them is the first. */
  readonly first: number;
  readonly connections: number;
  /** Before measuring begins. */
  readonly leadSeconds: number;
  readonly seconds: number;
}

export interface Measured {
  /** Answers within the measured time. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers in all, those before and after the measured time included. */
  readonly answers: number;
}

/**
 * Keeps as many requests under way as there are connections, and counts what is answered in the measured time, or in up to
 * three times as long where so little was answered that it would say nothing. The load goes on at its ends, so nothing of
 * its rise and fall is counted. Throws at the first answer that is no success.
 *
 * Written on sockets: the machine's cores are shared with what is measured, and a general client takes several times what
 * it takes here to send prepared bytes and to see that an answer is whole.
 */
export async function load({ port, requests, first, connections, leadSeconds, seconds }: Load): Promise<Measured> {
  const fewest = 2 * connections;
  const start = performance.now() + leadSeconds * 1000;
  const end = start + seconds * 1000;
  const latest = start + 3 * seconds * 1000;
  const latencies: number[] = [];
  let countedUntil = end;
  let isOver = false;
  let next = first;
  let answers = 0;

  function count(sentAt: number, answeredAt: number): void {
    answers++;
    if (answeredAt < start || isOver) return;
    isOver = answeredAt >= latest || (answeredAt >= end && latencies.length >= fewest);
    if (isOver) return;
    latencies.push(answeredAt - sentAt);
    countedUntil = Math.max(end, answeredAt);
  }

  async function keepAsking(): Promise<void> {
    const client = await open(port);
    try {
      while (!isOver) {
        const sentAt = performance.now();
        await client.ask(requests[next++ % requests.length]!);
        count(sentAt, performance.now());
      }
    } finally {
      client.close();
    }
  }

  await Promise.all(Array.from({ length: connections }, keepAsking));
  if (latencies.length === 0) throw new Error(`Nothing was answered in ${3 * seconds} s.`);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]!;
  return { perSecond: latencies.length / ((countedUntil - start) / 1000), p50Ms: at(0.5), p99Ms: at(0.99), answers };
}

interface Client {
  ask(request: Buffer): Promise<void>;
  close(): void;
}

/** One connection, which carries one request at a time. */
async function open(port: number): Promise<Client> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let waiting: { resolve(): void; reject(error: Error): void } | undefined;
  let reader = answerReader();

  socket.on('data', (bytes: Buffer) => {
    try {
      if (!reader(bytes)) return;
      reader = answerReader();
      waiting?.resolve();
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('The server closed the connection.')));

  return {
    ask: (request) =>
      new Promise<void>((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => void socket.destroy(),
  };
}

const lastChunk = '\r\n0\r\n\r\n';

/** Takes the bytes of one answer as they come; true once it is whole. Throws where it is no success. */
function answerReader(): (bytes: Buffer) => boolean {
  let head: Buffer | undefined = Buffer.alloc(0);
  let left = 0;
  let chunked = false;
  let tail = '';

  return (bytes) => {
    let body = bytes;
    if (head) {
      const received = head.length > 0 ? Buffer.concat([head, bytes]) : bytes;
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) {
        head = received;
        return false;
      }
      const headers = received.toString('latin1', 0, end).toLowerCase();
      if (!headers.startsWith('http/1.1 200 ')) throw new Error(`An answer is no success: ${received.toString('utf8')}`);
      chunked = headers.includes('\r\ntransfer-encoding: chunked');
      left = Number(/\r\ncontent-length: (\d+)/.exec(headers)?.[1] ?? 0);
      head = undefined;
      body = received.subarray(end + 4);
    }
    if (body.includes('"errors":')) throw new Error(`An answer has errors: ${body.toString('utf8')}`);
    if (!chunked) {
      left -= body.length;
      return left <= 0;
    }
    tail = (tail + body.toString('latin1', Math.max(0, body.length - lastChunk.length))).slice(-lastChunk.length);
    return tail === lastChunk;
  };
}
