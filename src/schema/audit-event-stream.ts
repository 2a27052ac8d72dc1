import { follow } from '../stream/follow.ts';
import { AuditEventEdge, AuditEventWhere } from './audit-event.ts';
import { builder } from './builder.ts';
import { guard } from './guard.ts';

builder.subscriptionField('auditEventAdded', (t) =>
  t.withAuth(guard('auditEventAdded')).field({
    type: AuditEventEdge,
    description:
      'Audit events as they are committed, over server-sent events, oldest first. Needs `audit:read`, checked again as long as it runs. `after`, a cursor of this subscription or of `auditEvents`, first replays what was committed later.',
    args: {
      where: t.arg({ type: AuditEventWhere, description: 'Only what matches.' }),
      after: t.arg.string({ description: 'First what was committed since the answer that this cursor came with.' }),
    },
    subscribe: (_root, args, { steward, reach }) => follow(steward.auditFeed, reach, args),
    resolve: (told) => told,
  }),
);
