import type { FloorStatement } from './statement.ts';

export const l100: FloorStatement = {
  name: 'l100',
  text: `
WITH asked AS (
  SELECT email, min(place) AS place FROM unnest($1::text[]) WITH ORDINALITY AS a(email, place) GROUP BY email
)
SELECT json_build_object('usersLookup', json_build_object(
  'users', (
     SELECT coalesce(json_agg(json_build_object('id', u.id, 'email', u.email,
              'roles', (SELECT coalesce(json_agg(json_build_object('code', r.code) ORDER BY r.rank, r.code), '[]')
                          FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id))
              ORDER BY a.place, u.created_at, u.id), '[]')
       FROM asked a JOIN users u ON u.email = a.email),
  'missingEmails', (
     SELECT coalesce(json_agg(a.email ORDER BY a.place), '[]') FROM asked a
      WHERE NOT EXISTS (SELECT FROM users u WHERE u.email = a.email))))::text`,
  values: ({ emails }) => [emails.map((email: string) => email.trim().toLowerCase())],
};
