import { person } from './person.ts';
import type { FloorStatement } from './statement.ts';

const page = (name: string, more: string): FloorStatement => ({
  name,
  text: `
SELECT json_build_object('users', json_build_object('nodes', (
  SELECT coalesce(json_agg(json_build_object(${person}) ORDER BY u.created_at DESC, u.id DESC), '[]')
    FROM (SELECT * FROM users WHERE (created_at, id) < ($1::timestamptz, $2::uuid) ORDER BY created_at DESC, id DESC LIMIT 50) u)
  ${more}))::text`,
  values: ({ after }) => [after.createdAt, after.id],
});

export const u50 = page('u50', '');
export const u50WithCount = page('u50_with_count', `, 'totalCount', (SELECT count(*) FROM users)`);
