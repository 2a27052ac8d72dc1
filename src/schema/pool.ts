import { encodeId } from '../ids.ts';
import type { PoolRow } from '../loaders/pool.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';

export const Pool = builder.objectRef<Visible<PoolRow>>('Pool').implement({
  description: 'A home for identities: e-mail addresses are unique within one. The pool `default` always exists.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`pool_…`', resolve: (pool) => encodeId('pool', pool.id) }),
    code: t.exposeString('code', { description: 'Lower-case letters, digits, `-` and `_`; 100 at most.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    description: t.exposeString('description', { nullable: true, description: 'What the pool is for.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; pass it as `expectedVersion` to refuse lost updates.',
    }),
  }),
});
