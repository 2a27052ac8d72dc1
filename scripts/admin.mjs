// `npm run admin -- COMMAND`: builds what is missing or stale, and runs the command.
import { buildWhereStale } from './build.mjs';

await buildWhereStale();
await import('../dist/src/admin.js');
