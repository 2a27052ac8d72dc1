import { runCommand } from './admin/run.ts';
import { typedPassword } from './admin/terminal.ts';

try {
  await runCommand(process.argv.slice(2), { environment: process.env, typedPassword, say: (line) => console.log(line) });
  // The migration engine leaves a handle open that would keep the process.
  process.exit(0);
} catch (error) {
  // What went wrong is said in words for people; a stack would hide it.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
