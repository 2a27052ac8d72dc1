import './queries.ts';
import './mutations.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
