import { expect } from 'vitest';

/** Expects something of what it sees when it looks again and again, for as long as a busy machine may take: what is wrong stays wrong. */
export const eventually = <Seen>(look: () => Seen | Promise<Seen>) => expect.poll(look, { timeout: 60_000, interval: 20 });
