import { type Database, Prisma } from '../src/database.ts';
import type { Sample, SampledSearch, SampledUser } from './work.ts';

/** Another seed draws other rows. */
const seed = 'steward';

/** Draws the rows that parameters are made of: the same of the same database. */
export async function drawSample(database: Database): Promise<Sample> {
  const [users, ordinaryUsers, searches] = await Promise.all([
    database.query<SampledUser>(Prisma.sql`
      SELECT id, created_at AS "createdAt", email FROM users ORDER BY md5(id::text || ${seed}) LIMIT 5000`),
    database.query<{ id: string }>(Prisma.sql`
      SELECT id FROM users u
       WHERE NOT EXISTS (SELECT FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id AND r.rank < 50)
       ORDER BY md5(id::text || ${seed}) LIMIT 1000`),
    // As people search: a few letters of somebody who is there, so big organizations and apps are asked for more often.
    database.query<SampledSearch>(Prisma.sql`
      SELECT lower(substring(u.name FROM '^\\w{2,4}')) AS search, g.app_id AS "appId", m.organization_id AS "organizationId"
        FROM (SELECT * FROM memberships WHERE status = 'ACTIVE' ORDER BY md5(id::text || ${seed}) LIMIT 5000) m
        JOIN users u ON u.id = m.user_id
        JOIN LATERAL (SELECT app_id FROM app_grants WHERE user_id = u.id AND status = 'ACTIVE' ORDER BY app_id LIMIT 1) g ON TRUE
       WHERE u.name ~ '^[A-Za-z]{2}'
       ORDER BY md5(m.id::text || ${seed}) LIMIT 500`),
  ]);
  if ([users, ordinaryUsers, searches].some(({ length }) => length === 0))
    throw new Error('There is nobody in this database to ask for.');
  return { users, ordinaryUsers, searches };
}
