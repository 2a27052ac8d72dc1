import './scalars.ts';
import './node.ts';
import './role.ts';
import './organization.ts';
import './app.ts';
import './session.ts';
import './user.ts';
import './viewer.ts';
import './audit-event.ts';
import './auth.ts';
import { builder } from './builder.ts';

/** The whole graph, built once. */
export const schema = builder.toSchema();
