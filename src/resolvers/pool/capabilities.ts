import { type Capability, would } from '../capability.ts';
import { poolDeleteRefused } from './rules.ts';

interface PoolFacts {
  readonly id: string;
  readonly code: string;
}

/** What the caller may do to a pool. */
export const poolCapabilities = {
  update: would('poolUpdate'),
  delete: would('poolDelete', {
    rules: async (_reach, pool, { facts }) => poolDeleteRefused(pool, await facts.referenceTo.load(pool.id)),
  }),
} satisfies Record<string, Capability<PoolFacts>>;
