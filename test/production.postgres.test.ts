import { expect, test } from 'vitest';
import { testLocation } from './support/database.ts';
import { newFolder, production, ready, start } from './support/process.ts';

test('production leaves its mark, has no demo data, and is not opened in development', async () => {
  const location = (await testLocation()) as { url: string };
  const environment = { ...production, DATABASE_URL: location.url, STEWARD_DATA_FOLDER: newFolder() };
  const server = await start(environment);
  await ready(server);

  expect((await fetch(`http://127.0.0.1:${server.port}/graphiql`)).status).toBe(421);
  expect(server.output.stdout).not.toContain('Sign in');
  // Nobody reads its log any more: that must not keep it.
  server.child.stdout!.destroy();
  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);

  const developer = await start({ DATABASE_URL: location.url, STEWARD_DATA_FOLDER: newFolder() });
  expect(await developer.exit).toBe(1);
  expect(developer.output.stderr).toContain('has been used in production');
  expect(developer.output.stderr).not.toContain(location.url);
});
