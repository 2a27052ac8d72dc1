// Builds what is missing or stale, and then is the server: one process, which its own command line starts again.
import { buildClientWhereStale, buildServerWhereStale } from './build.mjs';

await buildServerWhereStale();
await buildClientWhereStale();
await import('../dist/src/main.js');
