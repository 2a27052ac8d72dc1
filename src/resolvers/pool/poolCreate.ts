import { z } from 'zod';
import { begun, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { conflict, type Refusal } from '../../errors.ts';
import { encodeId, newId } from '../../ids.ts';
import { code, optionalDescription, optionalName, parseInput } from '../../input.ts';
import { lockCaller } from '../../locks/person.ts';

const PoolCreate = z.object({
  code,
  name: optionalName.default(null),
  description: optionalDescription.default(null),
});

/** Null is as left out. */
export interface PoolCreateInput {
  readonly code: string;
  readonly name?: string | null;
  readonly description?: string | null;
}

/** Creates a pool, with nobody in it. */
export async function poolCreate(context: SignedInContext, input: PoolCreateInput) {
  const { code, name, description } = parseInput(PoolCreate, input);
  const pool = { code, name: name ?? code, description };

  return change(context, async (tx) => {
    await lockCaller(tx, context, 'share');

    const id = newId();
    if (!(await insertPool(tx, id, pool))) throw await codeTaken(tx, code);
    await record(tx, context, {
      action: 'pool.created',
      subject: { type: 'pool', id },
      changes: begun(pool),
      metadata: { pool: code },
    });
    return { poolId: id };
  });
}

/** False where the code is taken. Of two who write one code at once the second waits here for the first. */
async function insertPool(
  tx: Transaction,
  id: string,
  { code, name, description }: { code: string; name: string; description: string | null },
): Promise<boolean> {
  const inserted = await tx.$executeRaw(Prisma.sql`
    INSERT INTO pools (id, code, name, description) VALUES (${id}::uuid, ${code}, ${name}, ${description}) ON CONFLICT (code) DO NOTHING`);
  return inserted > 0;
}

async function codeTaken(tx: Transaction, code: string): Promise<Refusal> {
  const [existing] = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`SELECT id FROM pools WHERE code = ${code}`);
  return conflict('CODE_TAKEN', existing && encodeId('pool', existing.id), ['input', 'code']);
}
