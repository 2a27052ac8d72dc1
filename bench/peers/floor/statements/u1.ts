import { live, person } from './person.ts';
import type { FloorStatement } from './statement.ts';

export const u1: FloorStatement = {
  name: 'u1',
  text: `
SELECT json_build_object('user', (
  SELECT json_build_object(${person},
    'sessions', (
       SELECT coalesce(json_agg(json_build_object('id', s.id, 'createdAt', s.created_at, 'lastActiveAt', s.last_active_at,
                'expiresAt', s.expires_at, 'ipAddress', s.ip_address, 'userAgent', s.user_agent)
                ORDER BY s.last_active_at DESC, s.id DESC), '[]')
         FROM (SELECT * FROM sessions s WHERE s.user_id = u.id AND ${live} ORDER BY s.last_active_at DESC, s.id DESC LIMIT 20) s))
    FROM users u WHERE u.id = $1::uuid))::text`,
  values: ({ id }) => [id],
};
