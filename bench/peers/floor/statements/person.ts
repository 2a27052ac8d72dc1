/** Whether a person can sign in now, of `users u`. */
export const status = `CASE WHEN u.status = 'SUSPENDED' AND (u.suspended_until IS NULL OR u.suspended_until > now())
       THEN 'SUSPENDED' ELSE 'ACTIVE' END`;

/** Whether a session lives, of `sessions s`. */
export const live = `s.ended_at IS NULL AND s.expires_at > now() AND (s.started_from_id IS NULL
       OR EXISTS (SELECT FROM sessions f WHERE f.id = s.started_from_id AND f.ended_at IS NULL AND f.expires_at > now()))`;

/** Keys and values of a person, for `json_build_object`, of `users u`. */
export const person = `
    'id', u.id, 'email', u.email, 'name', u.name, 'status', ${status}, 'createdAt', u.created_at,
    'roles', (SELECT coalesce(json_agg(json_build_object('code', r.code, 'name', r.name) ORDER BY r.rank, r.code), '[]')
                FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id),
    'homePool', (SELECT json_build_object('code', p.code, 'name', p.name) FROM pools p WHERE p.id = u.home_pool_id),
    'appGrants', (SELECT coalesce(json_agg(json_build_object('status', g.status, 'app', json_build_object('code', a.code, 'name', a.name))
                                           ORDER BY g.granted_at DESC, g.id DESC), '[]')
                    FROM app_grants g JOIN apps a ON a.id = g.app_id WHERE g.user_id = u.id),
    'memberships', json_build_object('nodes', (
       SELECT coalesce(json_agg(json_build_object('status', m.status, 'organization', json_build_object('name', o.name, 'slug', o.slug),
                'roles', (SELECT coalesce(json_agg(json_build_object('code', r.code, 'name', r.name) ORDER BY r.rank, r.code), '[]')
                            FROM membership_roles mr JOIN roles r ON r.id = mr.role_id WHERE mr.membership_id = m.id))
                ORDER BY m.joined_at DESC, m.id DESC), '[]')
         FROM (SELECT * FROM memberships WHERE user_id = u.id ORDER BY joined_at DESC, id DESC LIMIT 25) m
         JOIN organizations o ON o.id = m.organization_id)),
    'sessionCount', (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND ${live})`;
