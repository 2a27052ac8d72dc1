import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';

// A process has one terminal.
let hidden: Interface | undefined;

/** From now on the terminal shows nothing of what is typed, not even to who types before being asked. Without one it does nothing. */
export function hideTyping(): void {
  if (!process.stdin.isTTY || hidden) return;
  // Readline takes the keys from the terminal, and shows them nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  hidden = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // A terminal whose keys are taken makes no signal of Ctrl-C itself.
  hidden.once('SIGINT', () => process.exit(130));
}

export function showTyping(): void {
  hidden?.close();
  hidden = undefined;
}

/** Asks for a new password twice, on the terminal, without showing it. Throws where there is no terminal, or the two differ. */
export async function typedPassword(): Promise<string> {
  hideTyping();
  if (!hidden) throw new Error('There is no terminal to type a password at: give it as ADMIN_PASSWORD.');
  const lines = hidden;

  // Questions go to standard error, beside the output.
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question);
    const answer = await lines.question('');
    process.stderr.write('\n');
    return answer;
  };

  try {
    // What was typed before the question is no answer to it.
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    const password = await ask('Password: ');
    if ((await ask('Once more: ')) !== password) throw new Error('The two passwords differ.');
    return password;
  } finally {
    showTyping();
  }
}
