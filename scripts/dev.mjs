// Runs the sources, and starts again whenever one changes.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { generate, isGenerated } from './build.mjs';

if (!isGenerated()) generate();

const root = fileURLToPath(new URL('..', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
const watched = ['assets/**/*', 'prisma/migrations/**/*'].flatMap((files) => ['--include', files]);
const child = spawn(process.execPath, [tsx, 'watch', '--clear-screen=false', ...watched, 'src/main.ts'], {
  cwd: root,
  stdio: 'inherit',
});

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 0));
