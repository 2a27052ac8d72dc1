import type { Database } from '../../src/database.ts';

/** A database that fails whatever asks it anything: what passes with it was decided before anything was read. */
export const untouched = new Proxy(
  {},
  {
    get(_target, name) {
      throw new Error(`The database was asked (${String(name)}).`);
    },
  },
) as Database;
