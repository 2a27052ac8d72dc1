// `npm run admin -- COMMAND`: builds what is missing or stale, and runs the command.
import { buildServerWhereStale } from './build.mjs';

await buildServerWhereStale();
await import('../dist/src/admin.js');
