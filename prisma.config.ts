import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// The command line looks for a schema engine to download, also where it needs none (`prisma generate`). Any existing
// file satisfies it, so that generating works without a network. Migrations run in `src/database/migrations.ts`.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(import.meta.url);

export default defineConfig({ schema: 'prisma/schema.prisma' });
