import { z } from 'zod';
import { changed, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma } from '../../database.ts';
import { refuseIf, versionMoved } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { given, name, optionalDescription, parseInput, required } from '../../input.ts';
import { lockCaller } from '../../locks/person.ts';
import { lockPool } from '../../locks/pool.ts';

const PoolUpdate = z.object({
  poolCode: required<string>(),
  name: name.optional(),
  description: optionalDescription.optional(),
  expectedVersion: given<number | null>(),
});

/** Left out stays, null clears; null is refused where nothing may be empty. */
export interface PoolUpdateInput {
  readonly poolCode: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly expectedVersion?: number | null;
}

/** Edits what a pool is called. Its code never changes. */
export async function poolUpdate(context: SignedInContext, input: PoolUpdateInput) {
  const { poolCode, expectedVersion, ...edit } = parseInput(PoolUpdate, input);

  return change(context, async (tx) => {
    await lockCaller(tx, context, 'share');
    const pool = await lockPool(tx, poolCode, 'change');
    refuseIf(versionMoved(expectedVersion, { id: encodeId('pool', pool.id), version: pool.version }));

    const before = { name: pool.name, description: pool.description };
    const after = {
      name: edit.name ?? pool.name,
      description: edit.description === undefined ? pool.description : edit.description,
    };
    const changes = changed(before, after);
    if (changes.length === 0) return { poolId: pool.id };

    await tx.$executeRaw(Prisma.sql`
      UPDATE pools SET name = ${after.name}, description = ${after.description}, version = version + 1, updated_at = now()
       WHERE id = ${pool.id}::uuid`);
    await record(tx, context, {
      action: 'pool.updated',
      subject: { type: 'pool', id: pool.id },
      changes,
      metadata: { pool: pool.code },
    });
    return { poolId: pool.id };
  });
}
