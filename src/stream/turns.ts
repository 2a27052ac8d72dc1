/** So many go on in one turn of the event loop; what else the server has to do comes in between. */
const inOneTurn = 16;

/** Lets those who wait go on in the order in which they came, a few at a time: one event may be told to hundreds at once. */
export function createTurns(): () => Promise<void> {
  let waiting: (() => void)[] = [];
  function next(): void {
    const now = waiting.slice(0, inOneTurn);
    waiting = waiting.slice(inOneTurn);
    for (const go of now) go();
    if (waiting.length > 0) setImmediate(next);
  }
  return () =>
    new Promise((go) => {
      if (waiting.push(go) === 1) setImmediate(next);
    });
}
