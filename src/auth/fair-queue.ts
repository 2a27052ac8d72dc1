interface Waiting {
  start(): void;
  refuse(): void;
}

/**
 * Runs so many jobs at once and lets so many wait, in turn over those whom they are for: who sends a hundred waits for
 * themselves, and whoever else comes is next. Where the queue is full it is the one with the most waiting who loses the
 * newest of theirs, or is not let in: that job rejects with `refusal`, unbegun.
 */
export function fairQueue(
  atOnce: number,
  waitingAtMost: number,
  refusal: () => Error,
): <Out>(whose: string, job: () => Promise<Out>) => Promise<Out> {
  // Whose turn is next comes first. Nobody is in it who has nothing waiting.
  const turns = new Map<string, Waiting[]>();
  let waiting = 0;
  let running = 0;

  function next(): Waiting | undefined {
    const [turn] = turns;
    if (!turn) return undefined;
    const [whose, theirs] = turn;
    turns.delete(whose);
    const first = theirs.shift();
    if (theirs.length > 0) turns.set(whose, theirs);
    waiting--;
    return first;
  }

  /** Makes a place in a full queue, unless nobody would have more waiting than the newcomer. */
  function makePlaceFor(whose: string): void {
    const theirs = [...turns.values()].reduce((one, other) => (other.length > one.length ? other : one), []);
    if (theirs.length <= (turns.get(whose)?.length ?? 0) + 1) throw refusal();
    theirs.pop()!.refuse();
    waiting--;
  }

  function wait(whose: string): Promise<void> {
    if (waiting >= waitingAtMost) makePlaceFor(whose);
    waiting++;
    return new Promise((start, reject) => {
      const theirs = turns.get(whose) ?? [];
      theirs.push({ start, refuse: () => reject(refusal()) });
      turns.set(whose, theirs);
    });
  }

  return async (whose, job) => {
    // Whoever ends a job hands its place over, so that nobody slips in before those who wait.
    if (running >= atOnce) await wait(whose);
    else running++;
    try {
      return await job();
    } finally {
      const successor = next();
      if (successor) successor.start();
      else running--;
    }
  };
}
