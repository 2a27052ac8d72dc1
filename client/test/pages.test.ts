import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { organizationsPage } from './pages/organizations.ts';
import { callOf, organizationsStatements, usersStatements } from './pages/statements.ts';
import { usersPage } from './pages/users.ts';
import { setStage } from './support/stage.ts';

afterEach(() => vi.restoreAllMocks());

test.each([
  ['users', usersPage, usersStatements],
  ['organizations', organizationsPage, organizationsStatements],
] as const)(
  'the page on %s: every statement runs as it is written, in its order, and nothing else does',
  async (name, page, table) => {
    const statements = Object.values(table).flat();
    const stage = await setStage();
    stage.watch.console();

    await page(stage);

    // What ran, by what it called and was given …
    expect(stage.watch.calls).toEqual(statements.flatMap(([text, gives]) => (callOf(text) ? [[callOf(text), gives]] : [])));
    // … and that it is what the page says, to the letter.
    const source = bare(await readFile(new URL(`pages/${name}.ts`, import.meta.url), 'utf8'));
    let at = 0;
    for (const [text] of statements) {
      const found = source.indexOf(bare(text), at);
      expect(found, `written as it is, after what stands before it: ${text}`).toBeGreaterThanOrEqual(at);
      at = found + bare(text).length;
    }
  },
  180_000,
);

/** Code without what a formatter decides: comments, spaces and the comma before a bracket. */
const bare = (code: string): string =>
  code
    .replaceAll(/ \/\/ .*$/gm, '')
    .replaceAll(/\s+/g, '')
    .replaceAll(/,(?=[)\]}])/g, '');
