// Builds what is missing or stale, and then is the server: one process, which its own command line starts again.
import { buildWhereStale } from './build.mjs';

await buildWhereStale();
await import('../dist/src/main.js');
