import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks for a new password twice, on the terminal, without showing it. Throws where there is no terminal, or the two differ. */
export async function typedPassword(): Promise<string> {
  if (!process.stdin.isTTY) throw new Error('There is no terminal to type a password at: give it as ADMIN_PASSWORD.');

  // Readline takes the keys from the terminal, and shows them nowhere. Questions go to standard error, beside the output.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question);
    const answer = await lines.question('');
    process.stderr.write('\n');
    return answer;
  };

  try {
    const password = await ask('Password: ');
    if ((await ask('Once more: ')) !== password) throw new Error('The two passwords differ.');
    return password;
  } finally {
    lines.close();
  }
}
