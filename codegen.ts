import { writeFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './src/schema/index.ts';

/** The whole graph as text, in alphabetical order: what `schema.graphql` holds. */
export const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

// `npm run codegen` writes; whoever imports this only wants to compare.
if (process.env.npm_lifecycle_event === 'codegen') writeFileSync('schema.graphql', printed);

// Typed documents for the tests. They are committed, and a test compares.
const config: CodegenConfig = {
  schema: printed,
  documents: ['test/operations/*.graphql'],
  generates: {
    'test/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        emitLegacyCommonJSImports: false,
        importExtension: '.ts',
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { DateTime: 'string', EmailAddress: 'string', JSONObject: 'Record<string, unknown>' },
      },
    },
  },
};

export default config;
