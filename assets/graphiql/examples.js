/** One tab each. Tests run them, so they stay true. */
export const examples = [
  {
    persona: 'Sign in as the system admin: everybody, in one query.',
    query: `query UsersPage {
  users(first: 50) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      email
      name
      status
      lastLoginAt
      roles { code }
      homePool { code }
      appGrants(status: [ACTIVE]) { app { code } }
      memberships(first: 10) {
        nodes { organizationName status roles { code } }
      }
      sessionCount
    }
  }
}`,
  },
  {
    persona: 'Anyone signed in: who am I, and what may I do?',
    query: `query Viewer {
  viewer {
    user { id email name roles { code } }
    permissions
    organization { name }
    session { id device createdAt expiresAt }
  }
}`,
  },
  {
    persona: 'As a member of an organization: my memberships.',
    query: `query MyMemberships {
  viewer {
    memberships {
      organizationName
      organizationSlug
      isOwner
      joinedAt
      roles { code name }
      permissions
    }
    invitations { organizationName expiresAt roles { code } }
  }
}`,
  },
  {
    persona: 'Anyone signed in: the roles and what they carry.',
    query: `query RolesAndPermissions {
  roles { code scope rank permissions { code } }
  permissions { code scope name description assignable }
}`,
  },
  {
    persona: 'Sign in as the system admin or the super admin: people by their addresses.',
    query: `query Lookup {
  usersLookup(emails: ["admin@example.com", "member@example.com", "nobody@example.com"]) {
    users { id email name roles { code } }
    missingEmails
  }
}`,
  },
  {
    persona: 'As a member of an organization, an org admin or system admin.',
    query: `query AnOrganization {
  organizationBySlug(slug: "harbour-pine") {
    name
    status
    memberCount
    owner { name email }
    viewerPermissions
    assignableRoles { code }
    memberships(first: 10, orderBy: { field: NAME }) {
      totalCount
      nodes { name email status roles { code } }
    }
    roles { code builtIn memberCount }
    # What you may not see is null, with an error at its place.
    invitations { totalCount nodes { email expiresAt roles { code } } }
    auditEvents(first: 10) {
      nodes { action occurredAt actorName subject { id } }
    }
  }
}`,
  },
  {
    persona: 'Sign in as the system admin or the super admin: what happened lately.',
    query: `query Audit {
  auditEvents(first: 20, where: { actions: ["user.*", "session.*"] }) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      action
      occurredAt
      actorName
      impersonatorName
      subject { id ... on User { email } }
      changes { field before after }
    }
  }
}`,
  },
  {
    persona: 'Sign in as the system admin or the super admin: what happens from now on. Sign in elsewhere, and look here.',
    query: `subscription Follow {
  auditEventAdded {
    cursor
    node {
      action
      occurredAt
      actorName
      impersonatorName
      subject { id ... on User { email } }
      changes { field before after }
    }
  }
}`,
  },
  {
    persona: 'Sign in as the system admin or the super admin: what may I do to these people, and who may invite?',
    query: `query WhatMayIDo {
  users(first: 10, where: { search: "example.com" }) {
    nodes {
      email
      roles { code }
      viewerCan {
        suspend { allowed code reason }
        setRoles { allowed code reason }
        impersonate { allowed code reason }
        hardDelete { allowed code reason }
      }
      access(permission: "users:read") {
        allowed
        reason
        paths { role { code } membership { organizationName } }
      }
    }
  }
}`,
  },
  {
    persona: 'Sign in as the system admin or the super admin: a new person; the second time the address is taken.',
    query: `mutation NewPerson {
  userCreate(input: { email: "nia.okafor@example.com", name: "Nia Okafor", roleCodes: ["base_user", "buyer"] }) {
    ... on UserCreateSuccess {
      # The link to set a password is in the mailbox: /mailbox
      user { id email version roles { code } homePool { code } }
    }
    ... on MutationError { code message path }
    ... on ValidationError { issues { path code message } }
    ... on ConflictError { existing { id ... on User { name } } }
    ... on PowerError { roles permissions }
  }
}`,
  },
  {
    persona: 'Sign in as the system admin or the super admin: a new organization; the second time the slug is taken.',
    query: `mutation NewOrganization {
  organizationCreate(input: { name: "Acme Auctions", slug: "acme" }) {
    ... on OrganizationCreateSuccess {
      organization { id slug memberCount owner { name roles { code } } assignableRoles { code } viewerPermissions }
    }
    ... on MutationError { code message path }
    ... on ValidationError { issues { path code message } }
    ... on ConflictError { existing { id ... on Organization { name slug } } }
  }
}`,
  },
];
