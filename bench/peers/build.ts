import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../src/root.ts';

const outDir = join(root, 'dist', 'peers');

/** Where the compiled peers are, a folder for each. */
export const builtPeers = join(outDir, 'bench', 'peers');

/** Compiles the peers, so that none of them carries a compiler in its memory. */
export function buildPeers(): void {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'bench/peers/tsconfig.json')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The peers do not compile:\n${stdout}`);
}
