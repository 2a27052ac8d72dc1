import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { GraphQLError } from 'graphql';
import type { Context } from '../context.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  AuthScopes: { signedIn: boolean; permission: string };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    EmailAddress: { Input: string; Output: string };
  };
}>({
  defaultFieldNullability: false,
  plugins: [ScopeAuthPlugin],
  scopeAuth: {
    authScopes: ({ caller }) => ({
      signedIn: caller !== null,
      permission: (permission) => caller?.permissions.has(permission) ?? false,
    }),
  },
});

builder.queryType({});

builder.scalarType('DateTime', {
  serialize: (date) => date.toISOString(),
  parseValue: (value) => new Date(String(value)),
});

builder.scalarType('EmailAddress', {
  serialize: (email) => email,
  parseValue(value) {
    const email = String(value).trim().toLowerCase();
    if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw badInput('This is no e-mail address.');
    return email;
  },
});

export const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** Between nothing and the largest page. */
export function checkedCount(first: number | null | undefined, unlessTold: number): number {
  const count = first ?? unlessTold;
  if (count < 0 || count > 100) throw badInput('`first` is 0 to 100.');
  return count;
}
