import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type pg from 'pg';

type Bindings = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');

let loading: Promise<Bindings> | undefined;

/** Prisma's schema engine, compiled to WebAssembly: once per process, about a fifth of a second. */
function load(): Promise<Bindings> {
  loading ??= (async () => {
    const name = '@prisma/schema-engine-wasm/schema_engine_bg';
    const bindings: Bindings = await import(name);
    const file = join(dirname(createRequire(import.meta.url).resolve(name)), 'schema_engine_bg.wasm');
    const instance = await WebAssembly.instantiate(await WebAssembly.compile(await readFile(file)), {
      './schema_engine_bg.js': bindings,
    });
    bindings.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    return bindings;
  })();
  return loading;
}

/** Runs `work` with an engine that reaches its database through `adapters`, and says errors as what they are. */
export async function withEngine<Out>(
  adapters: SqlMigrationAwareDriverAdapterFactory,
  work: (engine: SchemaEngine) => Promise<Out>,
): Promise<Out> {
  const { SchemaEngine } = await load();
  const bound = bindMigrationAwareSqlAdapterFactory(adapters);
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, bound);
  try {
    return await work(engine);
  } catch (error) {
    // An exception of the adapter crosses the engine as a number.
    const id = /External error id#(\d+)/.exec(String((error as Error).message))?.[1];
    throw (id && bound.errorRegistry.consumeError(Number(id))?.error) || error;
  } finally {
    engine.free();
  }
}

/** The engine's way to the database of `pool`, which should have one connection: the engine's lock belongs to it. `failed` hears why a script failed. */
export function adaptersOver(
  pool: pg.Pool,
  failed: (error: pg.DatabaseError) => void = () => {},
): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    async connect() {
      const adapter = await factory.connect();
      // The adapter's own one cuts scripts at every semicolon, those of functions as well. As one query a script is one transaction.
      adapter.executeScript = async (script) => {
        try {
          await pool.query(script);
        } catch (error) {
          failed(error as pg.DatabaseError);
          throw new DriverAdapterError(scriptFailure(error as pg.DatabaseError));
        }
      };
      return adapter;
    },
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

function scriptFailure({ code = 'N/A', severity = 'ERROR', message, detail, column, hint }: pg.DatabaseError) {
  return { kind: 'postgres' as const, code, severity, message, detail, column, hint };
}
