import { status } from './person.ts';
import type { FloorStatement } from './statement.ts';

export const s50: FloorStatement = {
  // What is planned for any values reads every member of a big organization: a hundred times the pages.
  name: null,
  text: `
SELECT json_build_object('users', json_build_object('nodes', (
  SELECT coalesce(json_agg(json_build_object('id', u.id, 'email', u.email, 'name', u.name, 'status', ${status}, 'createdAt', u.created_at)
                           ORDER BY u.created_at DESC, u.id DESC), '[]')
    FROM (SELECT * FROM users u
           WHERE u.search_text LIKE $1
             AND EXISTS (SELECT FROM app_grants g WHERE g.user_id = u.id AND g.app_id = $2::uuid AND g.status = 'ACTIVE')
             AND EXISTS (SELECT FROM memberships m WHERE m.user_id = u.id AND m.organization_id = $3::uuid AND m.status = 'ACTIVE')
           ORDER BY u.created_at DESC, u.id DESC LIMIT 50) u)))::text`,
  // One word, which is all that this work searches for.
  values: ({ search, appId, organizationId }) => [`%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`, appId, organizationId],
};
