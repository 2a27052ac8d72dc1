import { l100 } from './l100.ts';
import { r1 } from './r1.ts';
import { s50 } from './s50.ts';
import type { FloorStatement } from './statement.ts';
import { u1 } from './u1.ts';
import { u50, u50WithCount } from './u50.ts';

export type { FloorStatement } from './statement.ts';

/** By the names of the works. */
export const statements: ReadonlyMap<string, FloorStatement> = new Map([
  ['U50', u50],
  ['U50+count', u50WithCount],
  ['U1', u1],
  ['S50', s50],
  ['L100', l100],
  ['R1', r1],
]);
