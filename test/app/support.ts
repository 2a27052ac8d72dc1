import { type GraphQLUnionType, isUnionType } from 'graphql';
import { expect, test } from 'vitest';
import { encodeId, newId } from '../../src/ids.ts';
import { schema } from '../../src/schema/index.ts';
import { impersonate } from '../auth/support.ts';
import type { Person, World } from '../support/world.ts';
import { clientWith, expectNothingWritten, peopleOf, ruleError } from '../user/support.ts';

const details: Record<string, string> = {
  ValidationError: 'issues { path code message }',
  NotFoundError: 'id',
  ConflictError: 'existing { __typename id }',
  VersionConflictError: 'currentVersion current { __typename id }',
  PowerError: 'roles permissions',
  RuleError: '',
  InvitationError: 'status',
};

const typeOf = (name: string, part: string) => `${name[0]!.toUpperCase()}${name.slice(1)}${part}`;

/** The document of a mutation: the success, and everything that its refusals say. */
export function documentOf(name: string, success: string): string {
  const result = schema.getType(typeOf(name, 'Result')) as GraphQLUnionType;
  expect(isUnionType(result)).toBe(true);
  const shown = result
    .getTypes()
    .flatMap((member) => (details[member.name] ? [`... on ${member.name} { ${details[member.name]} }`] : []));
  return `mutation ($input: ${typeOf(name, 'Input')}!) { ${name}(input: $input) {
    __typename ... on ${typeOf(name, 'Success')} { ${success} } ... on MutationError { code message path } ${shown.join(' ')} } }`;
}

// ---------------------------------------------------------------- refusals, whole

const message = expect.any(String);

/** A `ConflictError`; what is there already is an API id with its type, or null. */
export const conflict = (code: string, existing: { __typename: string; id: string } | null, place: string) => ({
  __typename: 'ConflictError',
  code,
  message,
  path: ['input', place],
  existing,
});

export const versionConflict = (currentVersion: number, current: { __typename: string; id: string }) => ({
  __typename: 'VersionConflictError',
  code: 'VERSION_CONFLICT',
  message,
  path: ['input', 'expectedVersion'],
  currentVersion,
  current,
});

/** Codes that name no pool: unknown, out of shape, of another spelling, an id. */
export const nobodysCodes = (pool: { readonly uuid: string; readonly code: string }): string[] => [
  `unknown-${newId()}`,
  encodeId('pool', pool.uuid),
  pool.uuid,
  `${pool.code}\0`,
  ` ${pool.code}`,
  pool.code.toUpperCase(),
  `${pool.code}\u200b`,
  '\ud800',
  '',
  'x'.repeat(10_000),
];

/** What can be no code of anything new. */
export const badCodes: readonly (readonly [what: string, code: string])[] = [
  ['nothing', ''],
  ['blanks', '  '],
  ['capital letters', 'Shop'],
  ['a blank inside', 'my shop'],
  ['a dot', 'my.shop'],
  ['NUL', 'shop\0'],
  ['a line break', 'shop\nshop'],
  ['half a character', 'shop\ud800'],
  ['a zero-width character', 'sh\u200bop'],
  ['zero-width characters alone', '\u200b\u2060'],
  ['a Cyrillic letter that looks Latin', 'sh\u043ep'],
  ['a full-width letter', 'sh\uff4fp'],
  ['101 characters', 'x'.repeat(101)],
  ['ten kilobytes', 'x'.repeat(10_000)],
];

/** What can be no text of several lines, and the code of the issue that says so. */
export const badDescriptions: readonly (readonly [what: string, text: string, code: string])[] = [
  ['NUL', 'Jo\0', 'NOT_TEXT'],
  ['a control character', 'Jo\u0007Doe', 'NOT_TEXT'],
  ['half a character', 'Jo \ud83d', 'NOT_TEXT'],
  ['zero-width characters alone', '\u200b\u2060\ufeff', 'INVISIBLE'],
  ['ten kilobytes', 'x'.repeat(10_000), 'TOO_LONG'],
  ['one character too many', '𝒳'.repeat(2001), 'TOO_LONG'],
];

export const badUrls: readonly (readonly [what: string, url: string, code: string])[] = [
  ['no address', 'shop', 'INVALID_URL'],
  ['a script', 'javascript:alert(1)', 'INVALID_URL'],
  ['another protocol', 'ftp://shop.example', 'INVALID_URL'],
  ['a blank inside', 'https://shop.example/a b', 'INVALID_URL'],
  ['no host', 'https://', 'INVALID_URL'],
  ['NUL', 'https://shop.example/\0', 'NOT_TEXT'],
  ['half a character', 'https://shop.example/\ud800', 'NOT_TEXT'],
  ['zero-width characters alone', '\u200b', 'INVISIBLE'],
  ['ten kilobytes', `https://shop.example/${'x'.repeat(10_000)}`, 'TOO_LONG'],
];

/**
 * What every mutation that needs a permission refuses whatever its input: no token, not the permission, and while
 * impersonating somebody who has it.
 */
export function testsOfGuard(mutation: string, needs: string, given: () => { world: World; input: () => Promise<object> }): void {
  const document = documentOf(mutation, '__typename');

  test(`without a token, and without \`${needs}\`, an organization’s rights included`, async () => {
    const { world, input } = given();
    const people = [await world.person(), ...(needs.endsWith(':manage') ? [await world.person({ roles: ['super_admin'] })] : [])];
    for (const owner of people) await world.organization({ owner });
    for (const person of people) await person.signIn();
    const variables = { input: await input() };

    await expectNothingWritten(world, async () => {
      await expect(world.anonymous.run(document, variables)).toBeRefused('UNAUTHENTICATED');
      for (const person of people) {
        const { data, errors } = await person.ask(document, variables);
        expect(data).toBeNull();
        expect(errors).toMatchObject([{ path: [mutation], extensions: { code: 'FORBIDDEN', needs } }]);
      }
    }, ['audit_events', 'audit_event_people', 'refusal_windows']);
  });

  test('while impersonating', async () => {
    const { world, input } = given();
    const [boss, other] = [await world.person({ roles: ['system_admin'] }), await world.person({ roles: ['system_admin'] })];
    const { accessToken } = await impersonate(world, boss, other);
    const variables = { input: await input() };

    await expectNothingWritten(world, async () => {
      expect((await clientWith(world, accessToken).run(document, variables))[mutation]).toEqual(ruleError('WHILE_IMPERSONATING'));
    });
  });
}

// ---------------------------------------------------------------- what a change leaves

/** An event about an app or a pool, as `happenings` gives it. */
export const happeningTo = (
  action: string,
  by: Person,
  subject: { readonly type: 'app' | 'pool'; readonly uuid: string },
  rest: { reason?: string; changes: object[]; metadata: object; people?: readonly Person[] },
) => ({
  action,
  actor: by.uuid,
  impersonator: null,
  type: subject.type,
  subject: subject.uuid,
  organization: null,
  reason: rest.reason ?? null,
  changes: rest.changes,
  metadata: rest.metadata,
  people: peopleOf(by, ...(rest.people ?? [])),
});

/** What is new, as an event says it. */
export const begun = (after: Record<string, unknown>) =>
  Object.entries(after).map(([field, value]) => ({ field, before: null, after: value }));

/** What is gone, as an event says it. */
export const gone = (before: Record<string, unknown>) =>
  Object.entries(before).map(([field, value]) => ({ field, before: value, after: null }));
