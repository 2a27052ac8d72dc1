import type { Contender } from '../contender.ts';
import { floor } from './floor.ts';
import { plain } from './plain.ts';
import { steward } from './steward.ts';

export const contenders: readonly Contender[] = [floor, steward, plain];
