import { fileURLToPath } from 'node:url';
import { defaultExclude, defineConfig } from 'vitest/config';

const onPostgres = process.env.STEWARD_TEST_DATABASE === 'postgres';

export default defineConfig({
  resolve: {
    // Without this, two copies of graphql load, and an error of one is none to the other.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }],
  },
  test: {
    include: ['{test,client/test}/**/*.test.ts'],
    exclude: [
      ...defaultExclude,
      onPostgres ? '**/*.embedded.test.ts' : '**/*.postgres.test.ts',
      // Nobody races for one connection.
      ...(onPostgres && !process.env.STEWARD_TEST_POOL ? [] : ['**/*.races.test.ts']),
    ],
    globalSetup: ['test/support/global-setup.ts'],
    // An embedded database takes half a gigabyte, and passwords are hashed with care.
    maxWorkers: 2,
    // What hangs is to be ended; how fast a machine is, is no matter of tests.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
