import type { Asking } from '../context.ts';
import { badInput } from '../errors.ts';
import { decodeAnyId, type NodeType } from '../ids.ts';
import { builder } from './builder.ts';
import { guard } from './guard.ts';

/** A visible row of some type, with the type's name. */
interface NodeRow {
  readonly __typename: NodeType;
  readonly id: string;
}

export const Node = builder.interfaceRef<{ id: string }>('Node').implement({
  description:
    'An object that can be fetched again by its id. Ids are opaque, typed and stable: `user_…`, `org_…`, `mem_…`, `role_…`, `app_…`, `grant_…`, `pool_…`, `ses_…`, `inv_…`, `evt_…`.',
  resolveType: (node) => (node as unknown as NodeRow).__typename,
  fields: (t) => ({ id: t.id({ description: 'Opaque, typed and stable.', resolve: (node) => node.id }) }),
});

type Find = (loaders: Asking['loaders'], id: string) => Promise<{ id: string } | null>;

const finders: Partial<Record<NodeType, Find>> = {
  User: ({ user }, id) => user.byId.load(id),
  Organization: ({ organization }, id) => organization.byId.load(id),
  Membership: ({ membership }, id) => membership.byId.load(id),
  Role: ({ role }, id) => role.byId.load(id),
  App: ({ app }, id) => app.byId.load(id),
  AppGrant: ({ appGrant }, id) => appGrant.byId.load(id),
  Pool: ({ pool }, id) => pool.byId.load(id),
  Session: ({ session }, id) => session.byId.load(id),
  Invitation: ({ invitation }, id) => invitation.byId.load(id),
  AuditEvent: ({ auditEvent }, id) => auditEvent.byId.load(id),
};

/** The node with that id, where the caller may see it. A token that does not hold is an error, whatever is asked for. */
export async function findNode(asking: Asking, id: string): Promise<NodeRow | null> {
  await asking.reach();
  const { loaders } = asking;
  const decoded = decodeAnyId(id);
  const row = decoded && (await finders[decoded.type]?.(loaders, decoded.uuid));
  return row ? { ...row, __typename: decoded.type } : null;
}

builder.queryField('node', (t) =>
  t.withAuth(guard('node')).field({
    type: Node,
    nullable: true,
    description: 'Whatever has that id; null where there is nothing, or where it is not yours to see.',
    args: { id: t.arg.id({ required: true, description: 'An id of any type.' }) },
    resolve: (_root, { id }, { asking }) => findNode(asking, id),
  }),
);

builder.queryField('nodes', (t) =>
  t.withAuth(guard('nodes')).field({
    type: t.listRef(Node, { nullable: true }),
    description: 'In the order asked; null where there is none, or where it is not yours to see. 100 at most.',
    args: { ids: t.arg.idList({ required: true, description: 'Ids of any types.' }) },
    resolve: async (_root, { ids }, { asking, steward }) => {
      const most = steward.settings.limits.nodes;
      if (ids.length > most) throw badInput(`${most} ids at most.`, { limit: most, got: ids.length });
      await asking.reach();
      return Promise.all(ids.map((id) => findNode(asking, id)));
    },
  }),
);
