import { newId } from '../../../../src/ids.ts';
import type { FloorStatement } from './statement.ts';

/**
 * Lock, look at the ranks, replace, version, impersonations, audit event: in one statement, which is a transaction. Nothing
 * comes of it where a code is unknown, or a role is more powerful than the caller; `system_admin` is never taken away here.
 */
export const r1: FloorStatement = {
  name: 'r1',
  needs: ['users:assign-roles'],
  text: `
WITH caller AS (
  SELECT u.id, coalesce(u.name, u.email) AS name,
         coalesce((SELECT min(r.rank) FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id), 100) AS rank
    FROM users u WHERE u.id = $3::uuid
), named AS (
  SELECT id, code, rank FROM roles WHERE built_in AND scope = 'PLATFORM' AND code = ANY($2::text[])
), subject AS (
  SELECT id, email FROM users WHERE id = $1::uuid FOR NO KEY UPDATE
), held AS (
  SELECT r.id, r.code, r.rank FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = $1::uuid
), allowed AS (
  SELECT s.id, s.email, c.id AS caller_id, c.name AS caller_name
    FROM subject s, caller c
   WHERE (SELECT count(*) FROM named) = cardinality($2::text[])
     AND NOT EXISTS (SELECT FROM named n WHERE n.rank < c.rank)
     AND NOT EXISTS (SELECT FROM held h WHERE h.rank < c.rank OR h.code = 'system_admin')
), gone AS (
  DELETE FROM user_roles ur USING allowed a WHERE ur.user_id = a.id AND ur.role_id NOT IN (SELECT id FROM named)
), come AS (
  INSERT INTO user_roles (user_id, role_id) SELECT a.id, n.id FROM allowed a, named n WHERE n.id NOT IN (SELECT id FROM held)
), touched AS (
  UPDATE users u SET version = version + 1, token_version = token_version + 1, updated_at = now() FROM allowed a WHERE u.id = a.id
), ended AS (
  UPDATE sessions s SET ended_at = now() FROM allowed a
   WHERE a.id IN (s.user_id, s.impersonator_id) AND s.impersonator_id IS NOT NULL AND s.ended_at IS NULL AND s.expires_at > now()
), event AS (
  INSERT INTO audit_events (id, action, actor_id, actor_name, subject_type, subject_id, changes)
  SELECT $4::uuid, 'user.roles_set', a.caller_id, a.caller_name, 'user', a.id,
         json_build_array(json_build_object('field', 'roles',
           'before', (SELECT coalesce(json_agg(code ORDER BY rank, code), '[]') FROM held),
           'after', (SELECT json_agg(code ORDER BY rank, code) FROM named)))
    FROM allowed a
  RETURNING id
), people AS (
  INSERT INTO audit_event_people (user_id, event_id) SELECT p.id, event.id FROM event, (SELECT $1::uuid AS id UNION SELECT $3::uuid) p
)
SELECT json_build_object('userSetRoles', json_build_object('user', json_build_object('id', a.id, 'email', a.email,
         'roles', (SELECT json_agg(json_build_object('code', code) ORDER BY rank, code) FROM named))))::text
  FROM allowed a`,
  values: ({ userId, roleCodes }, callerId) => [userId, roleCodes, callerId, newId()],
};
