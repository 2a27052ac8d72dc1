import type { AuthClient } from '@steward/client';
import { type MockInstance, vi } from 'vitest';

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** A call as the page makes it, such as `client.users.list`, and what it gave, as `shapeOf` tells it. */
export type Call = readonly [call: string, gave: string];

/** Notes what a page calls, in order, and what it is given. What a client calls of itself in the course of that is not noted. */
export class Watch {
  readonly calls: Call[] = [];
  /** What the last call gave; of `console.log`, what was printed. */
  gave: any;
  #looksAway = false;

  /** The page has made this client, and calls it from now on. */
  newClient(client: AuthClient): void {
    this.#note('createAuthClient', client);
    this.#spyOn(client);
  }

  /** The page goes on with somebody else's client for a while. */
  async client(client: AuthClient, page: (client: AuthClient) => Promise<void>): Promise<void> {
    const spies = this.#spyOn(client);
    await page(client);
    for (const spy of spies) spy.mockRestore();
  }

  /** What the page prints is noted from now on, and not printed. */
  console(): void {
    vi.spyOn(console, 'log').mockImplementation((...printed) => this.#note('console.log', undefined, printed));
  }

  /** What the page does not have: none of it is noted. */
  async between(work: () => Promise<void>): Promise<void> {
    this.#looksAway = true;
    await work();
    this.#looksAway = false;
  }

  #spyOn(client: AuthClient): MockInstance[] {
    const modules = Object.entries(client).filter(([, module]) => typeof module === 'object');
    const holders = [['client', client], ...modules.map(([name, module]) => [`client.${name}`, module])] as [string, Methods][];
    return holders.flatMap(([path, holder]) =>
      Object.keys(holder)
        .filter((name) => typeof holder[name] === 'function')
        .map((name) => this.#spyOnMethod(holder, name, `${path}.${name}`)),
    );
  }

  #spyOnMethod(holder: Methods, name: string, call: string): MockInstance {
    const method = holder[name]!.bind(holder);
    return vi.spyOn(holder, name).mockImplementation((...args) => {
      if (this.#looksAway) return method(...args);
      this.#looksAway = true;
      const done = (value: unknown) => {
        this.#looksAway = false;
        this.#note(call, value);
        return value;
      };
      const value = method(...args);
      return value instanceof Promise ? value.then(done) : done(value);
    });
  }

  #note(call: string, value: unknown, gave = value): void {
    this.calls.push([call, shapeOf(value)]);
    this.gave = gave;
  }
}

/** What a value is: of a record the kind that its id names, of other objects the keys. */
export function shapeOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length > 0 ? `[${shapeOf(value[0])}]` : '[]';
  if (typeof value !== 'object' || value === null) return String(value);
  const { id } = value as { id?: unknown };
  const kind = typeof id === 'string' && /^([a-z]+)_[0-9a-z]{26}$/.exec(id)?.[1];
  if (kind) return kind;
  const fields = Object.entries(value).map(([key, held]) => {
    const shape = typeof held === 'object' && held !== null ? shapeOf(held) : '';
    return /^\[?[a-z]+\]?$/.test(shape) && shape !== key ? `${key}: ${shape}` : key;
  });
  return `{ ${fields.join(', ')} }`;
}
