/** A person as a list of an admin screen shows them. */
export const person = `
  id email name status createdAt
  roles { code name }
  homePool { code name }
  appGrants { status app { code name } }
  memberships { nodes { status organization { name slug } roles { code name } } }
  sessionCount`;
