import type { Content } from './templates.ts';

/** A message on its way to one address. */
export interface Letter extends Content {
  /** The same at every attempt. */
  readonly id: string;
  readonly to: string;
}

/** Resolves once somebody else has taken the letter over; rejects with `Undelivered` where nobody has, or where `signal` ends it first. */
export type Transport = (letter: Letter, signal: AbortSignal) => Promise<void>;

/** Why a letter was not taken. Neither text holds a link or a password. */
export class Undelivered extends Error {
  override readonly name = 'Undelivered';
  /** What the mail server said, as far as it may be written down; for whoever runs it, in the log alone. */
  readonly said: string | null;

  constructor(reason: string, said: string | null = null) {
    super(reason);
    this.said = said;
  }
}
