import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationsFolder } from '../src/database/migrations.ts';
import { drift } from './drift.ts';

// Drafts a migration from what was changed in prisma/schema.prisma: `npm run migration -- NAME`.
const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Name it in lower case, with underscores: npm run migration -- add_phone_number');
  process.exit(1);
}

const sql = await drift();
if (sql === null) {
  console.log('prisma/schema.prisma and the migrations agree. For guards that Prisma has no words for, write the SQL by hand:');
}
const folder = join(migrationsFolder, `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`);
mkdirSync(folder);
writeFileSync(join(folder, 'migration.sql'), sql ?? '-- Why, and what.\n');
console.log(
  `${join(folder, 'migration.sql')}\nRead it, say why in a comment, add checks, collations and triggers, and tests that try to break them.`,
);
process.exit();
