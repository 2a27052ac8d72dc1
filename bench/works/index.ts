import type { Work } from '../work.ts';
import { l100 } from './l100.ts';
import { r1 } from './r1.ts';
import { s50 } from './s50.ts';
import { u1 } from './u1.ts';
import { u50, u50WithCount } from './u50.ts';

export const works: readonly Work[] = [u50, u50WithCount, u1, s50, l100, r1];
