import { runCommand } from './admin/run.ts';
import { typedPassword } from './admin/terminal.ts';

/** Whoever read the output has left, as `head` does when it has enough. */
class OutputClosed extends Error {}

/** What a shell says of a program that ended because its reader had left (128 and SIGPIPE). */
const leftByReader = 141;

const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosed() : error);
      else resolve();
    });
  });
// Whoever writes is told; unheard, it would end the process with a stack.
process.stdout.on('error', () => {});

try {
  await runCommand(process.argv.slice(2), {
    environment: process.env,
    typedPassword,
    say: (line) => console.log(line),
    write,
    terminal: process.stderr,
  });
  // The migration engine leaves a handle open that would keep the process.
  process.exit(0);
} catch (error) {
  if (error instanceof OutputClosed) process.exit(leftByReader);
  // What went wrong is said in words for people; a stack would hide it.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
