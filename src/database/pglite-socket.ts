import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

type Done = (error?: Error | null) => void;

/**
 * What `pg` takes for a socket to PostgreSQL, and is PGlite in this process: both speak the same protocol.
 * PGlite has one session, so only one of these may be in use at a time (a pool with `max: 1`).
 */
export class PGliteSocket extends Duplex {
  readonly #pglite: PGlite;

  constructor(pglite: PGlite) {
    super();
    this.#pglite = pglite;
  }

  /**
   * The session outlives its connections: after a failed query the pool drops its client, and the next one must find
   * neither the open transaction of the last nor its prepared statements.
   */
  connect(): this {
    this.#clear().then(
      () => this.emit('connect'),
      (error) => this.destroy(lost(error)),
    );
    return this;
  }

  async #clear(): Promise<void> {
    await this.#pglite.exec('ROLLBACK');
    await this.#pglite.exec('DISCARD ALL');
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** `pg` writes each message as a chunk of its own. Terminate must not reach PGlite: it would end the one session. */
  #send(messages: Buffer[], done: Done): void {
    const forDatabase = messages.filter((message) => !isTerminate(message));
    const ends = forDatabase.length < messages.length;
    this.#answer(Buffer.concat(forDatabase)).then(
      () => {
        if (ends) this.push(null);
        done();
      },
      (error) => done(lost(error)),
    );
  }

  async #answer(question: Buffer): Promise<void> {
    if (question.length === 0) return;
    // A copy of each answer, since PGlite uses their memory again.
    const onRawData = (answer: Uint8Array) => this.push(Buffer.from(answer));
    await this.#pglite.runExclusive(() => this.#pglite.execProtocolRawStream(question, { onRawData }));
  }
}

function isTerminate(message: Buffer): boolean {
  return message.length === 5 && message[0] === 0x58 && message.readInt32BE(1) === 4;
}

/** A PGlite that fails outside the protocol is closed or broken: to its user, a lost connection. */
function lost(cause: unknown): Error {
  return Object.assign(new Error('Connection to the embedded database lost', { cause }), { code: 'ECONNRESET' });
}
