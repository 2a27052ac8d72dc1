import type pg from 'pg';

/** An index, a foreign key or a trigger, in PostgreSQL's own words. */
interface Part {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/**
 * Runs `work` while the tables have no foreign keys, no triggers and no indexes but their primary keys, in the
 * transaction of `client`. Then makes them again as they were, in their old order, which is how `pg_dump` brings them
 * back: whole tables are indexed and checked in a fraction of the time that row after row takes, and a foreign key that
 * the rows break is refused. It takes no more than owning the tables. What the triggers keep or check is for `work` to
 * get right.
 */
export async function withBareTables(
  client: pg.PoolClient,
  tables: readonly string[],
  work: () => Promise<void>,
  onRestore: (done: number, total: number, name: string) => void,
): Promise<void> {
  const read = async (parts: string) => (await client.query<Part>(parts, [tables])).rows;
  const [indexes, foreignKeys, triggers] = [await read(indexesOf), await read(foreignKeysOf), await read(triggersOf)];

  for (const { table, name } of triggers) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${name}`);
  for (const { table, name } of foreignKeys) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);

  await work();

  const restoring = [
    ...indexes.map(({ name, definition }) => ({ name, sql: definition })),
    ...foreignKeys.map(({ table, name, definition }) => ({
      name,
      sql: `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`,
    })),
    ...triggers.map(({ table, name }) => ({ name, sql: `ALTER TABLE ${table} ENABLE TRIGGER ${name}` })),
  ];
  await client.query("SET LOCAL maintenance_work_mem = '256MB'");
  for (const [place, { name, sql }] of restoring.entries()) {
    onRestore(place, restoring.length, name);
    await client.query(sql);
  }
}

const indexesOf = `
  SELECT indrelid::regclass::text AS table, indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index
   WHERE indrelid = ANY($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
   ORDER BY indexrelid`;

// Which of two foreign keys acts first when a row goes is a matter of their age.
const foreignKeysOf = `
  SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::regclass[]) ORDER BY oid`;

const triggersOf = `
  SELECT tgrelid::regclass::text AS table, quote_ident(tgname) AS name, pg_get_triggerdef(oid) AS definition
    FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid = ANY($1::regclass[]) ORDER BY oid`;
