import { graphql } from 'relay-runtime';

export const person = graphql`
  fragment People_user on User {
    email
    roles { code }
  }
`;

export const people = graphql`
  fragment People_query on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }, where: { type: "UserWhere" })
  @refetchable(queryName: "PeopleNextPageQuery") {
    users(first: $count, after: $cursor, where: $where, orderBy: { field: EMAIL, direction: ASC })
      @connection(key: "People_users", filters: ["where"]) {
      totalCount
      edges { node { ...People_user } }
    }
  }
`;

export const members = graphql`
  fragment People_members on Organization
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" })
  @refetchable(queryName: "PeopleMembersNextPageQuery") {
    name
    memberships(first: $count, after: $cursor, orderBy: { field: EMAIL, direction: ASC }) @connection(key: "People_memberships") {
      edges { node { email roles { code } } }
    }
  }
`;

export const page = graphql`
  query PeoplePageQuery($organization: ID!, $where: UserWhere) {
    ...People_query @arguments(where: $where)
    node(id: $organization) { ...People_members @alias(as: "members") }
  }
`;

export const one = graphql`
  fragment People_one on User @refetchable(queryName: "PeopleOneQuery") { name version }
`;

export const setRoles = graphql`
  mutation PeopleSetRolesMutation($input: UserSetRolesInput!) {
    userSetRoles(input: $input) {
      __typename
      ... on UserSetRolesSuccess { user { ...People_user } added { code } removed { code } }
      ... on MutationError { code message path }
    }
  }
`;

export const added = graphql`
  subscription PeopleAuditSubscription($after: String) {
    auditEventAdded(after: $after) { cursor node { action } }
  }
`;
