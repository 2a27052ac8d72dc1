import { type Answer, type Headers, type Post, type Reply, readReply } from './http.ts';

/** One operation on its way. */
export interface Sending {
  readonly query: string;
  readonly variables: unknown;
  readonly operationName?: string | undefined;
  readonly key: string | null;
  readonly token: string | null;
  readonly alone: boolean;
  readonly headers?: Headers;
  readonly signal: AbortSignal;
}

export interface Sent extends Omit<Reply, 'body'> {
  readonly answer: Answer;
}

interface Waiting {
  readonly sending: Sending;
  readonly text: string;
  resolve(sent: Sent): void;
  reject(error: unknown): void;
}

// As the server takes them unless told otherwise, with room for what is around.
const mostOperations = 20;
const mostBytes = 90_000;

/** Sends operations; those of one tick and one token together, in their order. */
export function createBatching(post: Post, batch: boolean): (sending: Sending) => Promise<Sent> {
  let waiting: Waiting[] = [];

  return async (sending) => {
    if (!batch || sending.alone) return sendAlone(post, sending);
    return new Promise((resolve, reject) => {
      if (waiting.push({ sending, text: textOf(sending, sending.key), resolve, reject }) === 1) setTimeout(flush);
    });
  };

  function flush(): void {
    const alive = waiting.filter(isAlive);
    waiting = [];
    const byToken = new Map<string | null, Waiting[]>();
    for (const one of alive) {
      const { token } = one.sending;
      byToken.set(token, [...(byToken.get(token) ?? []), one]);
    }
    for (const group of byToken.values()) for (const part of parts(group)) void deliver(part);
  }

  async function deliver(part: readonly Waiting[]): Promise<void> {
    const [{ sending, resolve }] = part as [Waiting];
    try {
      if (part.length === 1) return resolve(await sendAlone(post, sending));
      const signal = whenAll(part.map((one) => one.sending.signal));
      const body = `[${part.map((one) => one.text)}]`;
      const { body: answers, ...reply } = await readReply(await post(body, headersOf(sending), signal), signal);
      if (Array.isArray(answers)) part.forEach((one, i) => void one.resolve({ ...reply, answer: answers[i] ?? {} }));
      // Nothing of a batch that is refused as a whole has run; alone, each is judged by itself.
      else if (reply.status === 400 || reply.status === 413) for (const one of part.filter(isAlive)) await deliver([one]);
      else for (const one of part) one.resolve({ ...reply, answer: answers as Answer });
    } catch (error) {
      for (const one of part) one.reject(error);
    }
  }
}

const isAlive = ({ sending }: Waiting) => !sending.signal.aborted;

async function sendAlone(post: Post, sending: Sending): Promise<Sent> {
  const { key, signal } = sending;
  const headers = { ...headersOf(sending), ...(key && { 'idempotency-key': key }) };
  const { body, ...reply } = await readReply(await post(textOf(sending), headers, signal), signal);
  return { ...reply, answer: body as Answer };
}

/** Of what travels together the first one's will do. */
const headersOf = ({ token, headers }: Sending): Headers => ({ ...headers, ...(token && { authorization: `Bearer ${token}` }) });

function textOf({ query, variables, operationName }: Sending, idempotencyKey: string | null = null): string {
  return JSON.stringify({ query, variables, operationName, extensions: idempotencyKey ? { idempotencyKey } : undefined });
}

/** Cuts a batch into as many as the server takes. */
function parts(group: readonly Waiting[]): Waiting[][] {
  const made: Waiting[][] = [];
  let bytes = 0;
  for (const one of group) {
    const more = new TextEncoder().encode(one.text).length;
    const last = made.at(-1);
    if (last && last.length < mostOperations && bytes + more <= mostBytes) last.push(one);
    else made.push([one]);
    bytes = made.at(-1)!.length === 1 ? more : bytes + more;
  }
  return made;
}

/** Aborted once all of them are. */
function whenAll(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  let left = signals.length;
  for (const signal of signals) {
    signal.addEventListener('abort', () => {
      if (--left === 0) controller.abort(signal.reason);
    });
  }
  return controller.signal;
}
