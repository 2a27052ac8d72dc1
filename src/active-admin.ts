/** Whether a person `u` is active now, as SQL: a suspension whose end has passed does not count. */
export const activePerson = `(u.status = 'ACTIVE' OR u.suspended_until <= now())`;

/** Whoever keeps an organization from being without an admin, as SQL about `memberships m JOIN users u`. */
export const activeAdmin = `m.status = 'ACTIVE' AND ${activePerson}
  AND EXISTS (SELECT FROM membership_roles mr JOIN roles r ON r.id = mr.role_id
               WHERE mr.membership_id = m.id AND r.built_in AND r.code = 'org_admin')`;
