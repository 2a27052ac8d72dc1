import { expect, test } from 'vitest';
import { password } from '../../test/support/world.ts';
import * as errors from '../src/index.ts';
import { errorOfProblem, errorOfRefusal } from '../src/refusals.ts';
import { startListening } from './support/server.ts';
import { signedIn, watched } from './support/signed-in.ts';

const { world, url } = await startListening();
const admin = await world.person({ roles: ['system_admin'] });
const jo = await world.person();
const organization = await world.organization({ owner: jo });
const { client } = await signedIn(admin, { apiBaseUrl: url });
const jos = (await signedIn(jo, { apiBaseUrl: url })).client;
const nobody = watched({ apiBaseUrl: url }).client;
const unknownId = 'user_01900000000070008000000000';

/** What a call is refused with, whole. */
async function refusalOf(call: Promise<unknown>) {
  const error: any = await call.then(
    () => 'It was not refused.',
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(errors.StewardError);
  expect(error.constructor).toBe((errors as any)[error.name]);
  const { message, requestId, ...rest } = error;
  expect(message).toEqual(expect.stringMatching(/\S/));
  expect(requestId).toEqual(expect.stringMatching(/\S/));
  return rest;
}

test('a broken rule of form names every issue', async () => {
  const refusal = await refusalOf(client.users.create({ email: 'no address', name: 'x'.repeat(201) }));

  expect(refusal).toMatchObject({ name: 'ValidationError', code: 'VALIDATION_FAILED', status: 422 });
  expect(refusal.issues.length).toBeGreaterThan(0);
  expect(refusal.issues[0]).toEqual({ path: expect.any(Array), code: expect.any(String), message: expect.any(String) });
});

test('what is not there is a NotFoundError, asked for or changed', async () => {
  const changed = await refusalOf(client.users.setRoles(unknownId, ['base_user']));

  expect(changed).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND', status: 404, id: unknownId });
  await expect(client.users.get(unknownId)).rejects.toMatchObject({ name: 'NotFoundError', status: 404 });
});

test('a clash tells what it clashes with', async () => {
  const refusal = await refusalOf(client.users.create({ email: jo.email }));

  expect(refusal).toEqual({
    name: 'ConflictError',
    code: 'EMAIL_TAKEN',
    status: 409,
    path: ['input', 'email'],
    existing: { type: 'User', id: jo.id },
  });
});

test('a version that has moved tells the present one', async () => {
  const refusal = await refusalOf(client.users.update(jo.id, { name: 'Jo', expectedVersion: 99 }));

  expect(refusal).toEqual({
    name: 'VersionConflictError',
    code: 'VERSION_CONFLICT',
    status: 409,
    path: ['input', 'expectedVersion'],
    currentVersion: expect.any(Number),
  });
});

test('what is out of reach names the roles', async () => {
  const support = await signedIn(await world.person({ roles: ['super_admin'] }), { apiBaseUrl: url });

  const refusal = await refusalOf(support.client.users.setRoles(admin.id, ['base_user']));

  expect(refusal).toMatchObject({ name: 'PowerError', code: 'RANK_TOO_LOW', status: 403, permissions: [] });
  expect(refusal.roles).toContain('system_admin');
});

test('a rule of the domain has its code', async () => {
  const refusal = await refusalOf(jos.auth.stopImpersonating());

  expect(refusal).toEqual({ name: 'RuleError', code: 'NOT_IMPERSONATING', status: 409, path: null });
});

test('who owns organizations is not deleted, and they are named', async () => {
  const refusal = await refusalOf(client.users.hardDelete({ userId: jo.id, reason: 'asked for' }));

  expect(refusal).toMatchObject({ name: 'OwnsOrganizationsError', code: 'OWNS_ORGANIZATIONS', status: 409 });
  expect(refusal.organizations).toEqual([expect.objectContaining({ id: organization.id, slug: organization.slug })]);
});

test('a plan that holds no more is a StalePlanError, which is a RuleError', async () => {
  const person = await world.person();

  const refusal = await refusalOf(
    client.users.hardDelete({ userId: person.id, reason: 'asked for', planToken: 'no plan' } as never),
  );

  expect(refusal).toEqual({ name: 'StalePlanError', code: 'STALE_PLAN', status: 409, path: ['input', 'planToken'] });
  expect(errors.StalePlanError.prototype).toBeInstanceOf(errors.RuleError);
});

test('an invitation that is closed tells its status', async () => {
  const invitation = await world.invitation({ organization, email: jo.email, status: 'REVOKED' });

  const refusal = await refusalOf(jos.account.acceptInvitation(invitation.id));

  expect(refusal).toEqual({
    name: 'InvitationError',
    code: 'INVITATION_REVOKED',
    status: 409,
    path: null,
    invitationStatus: 'revoked',
  });
});

test('a refused login is an AuthenticationError', async () => {
  const refusal = await refusalOf(nobody.auth.login({ email: jo.email, password: `${password}!` }));

  expect(refusal).toEqual({ name: 'AuthenticationError', code: 'INVALID_CREDENTIALS', status: 401, path: null, retryAt: null });
});

test('too many logins are a 429, and tell when to come back', async () => {
  const person = await world.person();
  const wrong = () => nobody.auth.login({ email: person.email, password: 'wrong' });
  for (let i = 0; i < 5; i++) await expect(wrong()).rejects.toBeInstanceOf(errors.AuthenticationError);

  const refusal = await refusalOf(wrong());

  expect(refusal).toMatchObject({ name: 'AuthenticationError', retryAt: expect.any(String) });
  expect([refusal.code, refusal.status]).toEqual(
    refusal.code === 'TOO_MANY_ATTEMPTS' ? ['TOO_MANY_ATTEMPTS', 429] : ['ACCOUNT_LOCKED', 401],
  );
});

test('who is not signed in is told so', async () => {
  const refusal = await refusalOf(nobody.users.list());

  expect(refusal).toEqual({ name: 'UnauthenticatedError', code: 'UNAUTHENTICATED', status: 401, path: ['users'] });
});

test('who may not is told what it needs', async () => {
  const refusal = await refusalOf(jos.users.create({ email: 'x@example.com' }));

  expect(refusal).toMatchObject({ name: 'ForbiddenError', code: 'FORBIDDEN', status: 403 });
  expect(refusal.needs).toContain('users:create');
});

test('a malformed request is a RequestError with all that the server says', async () => {
  const malformed = await refusalOf(client.request('{ nothing }'));
  const tooMuch = await refusalOf(client.request(`{ ${Array.from({ length: 31 }, (_, i) => `a${i}: viewer { __typename }`)} }`));

  expect(malformed).toMatchObject({ name: 'RequestError', status: 400 });
  expect(tooMuch).toMatchObject({ name: 'RequestError', code: 'BAD_USER_INPUT', status: 400 });
  expect(tooMuch.details).toMatchObject({ which: expect.any(String), limit: expect.any(Number), got: expect.any(Number) });
});

test('data beside an error is not given', async () => {
  const document = `{ viewer { user { id } } users { totalCount } }`;

  expect(await refusalOf(jos.request(document))).toMatchObject({ name: 'ForbiddenError', path: ['users'] });
});

test('at an address that is not the endpoint’s it is not a user that is not found', async () => {
  const lost = errors.createAuthClient({ apiBaseUrl: `${url}/somewhere` });

  expect(await refusalOf(lost.users.get(jo.id))).toMatchObject({ name: 'RequestError', code: 'NOT_FOUND', status: 404 });
});

test('an address that is none is refused at once', () => {
  for (const apiBaseUrl of ['', 'auth.example.com', 'localhost:4000', 'ftp://example.com', '/api']) {
    expect(() => errors.createAuthClient({ apiBaseUrl })).toThrow(errors.StewardError);
  }
});

test('what a later server refuses with is an error of its code', () => {
  const refusal = { __typename: 'QuotaError', code: 'QUOTA', message: 'No more.', path: ['input'] };
  const problem = { message: 'Broken.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };

  expect(errorOfRefusal(refusal as never)).toMatchObject({ name: 'StewardError', code: 'QUOTA', status: 409, path: ['input'] });
  expect(errorOfProblem(problem, 200, 'r1')).toMatchObject({ name: 'RequestError', status: 500, requestId: 'r1' });
  expect(errorOfProblem({ message: 'Hm.' }, 418, null)).toMatchObject({ name: 'RequestError', code: 'UNKNOWN', status: 418 });
});
