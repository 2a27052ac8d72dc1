import { writeFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './src/schema/index.ts';

/** The whole graph as text, in alphabetical order: what `schema.graphql` holds. */
export const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

// `npm run codegen` writes; whoever imports this only wants to compare.
if (process.env.npm_lifecycle_event === 'codegen') writeFileSync('schema.graphql', printed);

// Committed, and compared by a test.
const typed = {
  useTypeImports: true,
  enumsAsTypes: true,
  scalars: { DateTime: 'string', EmailAddress: 'string', JSONObject: 'Record<string, unknown>' },
};
const config: CodegenConfig = {
  schema: printed,
  generates: {
    // Typed documents for the tests.
    'test/generated/': {
      documents: ['test/operations/*.graphql'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...typed, emitLegacyCommonJSImports: false, importExtension: '.ts' },
    },
    // The operations of the client, as texts: it brings no GraphQL library along.
    'client/src/generated/operations.ts': {
      documents: ['client/operations/*.graphql'],
      plugins: ['typescript-operations', './client/scripts/operations-plugin.mjs'],
      config: { ...typed, scalars: { ...typed.scalars, ID: 'string' } },
    },
  },
};

export default config;
