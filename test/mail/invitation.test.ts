import { expect, test } from 'vitest';
import { write } from '../../src/mail/templates.ts';
import { documentOf } from '../app/support.ts';
import { startMailWorld, startSmtp } from './support.ts';

const message = {
  template: 'invitation',
  name: null,
  organization: { name: 'Acme', slug: 'acme' },
  inviter: 'Olga',
  roles: [{ code: 'buyer', name: 'Buyer' }],
  token: 'x'.repeat(43),
  expiresAt: new Date('2026-07-01T12:00:00Z'),
} as const;
const settings = { publicUrl: new URL('https://steward.example.com') };

test('says who invites to what, as what, until when, with the link', () => {
  const { subject, text } = write(message, settings);

  expect(subject).toBe('You are invited');
  expect(text).toContain('Olga invites you to join Acme at Steward, as Buyer.');
  expect(text).toContain(`https://steward.example.com/console/invitation?token=${message.token}`);
  expect(text).toContain('until 2026-07-01 12:00 UTC.');
});

test.each([
  '<b>Acme</b>',
  'see https://evil.example',
  'call 0800 12 34 56',
  'Go to evil.example now',
  'x'.repeat(200),
  'Acme\r\nBcc: x',
])('what is no name, such as %s, is shown nowhere', (typed) => {
  const roles = [{ code: 'buyer', name: typed }];
  const content = write({ ...message, organization: { name: typed, slug: 'acme' }, inviter: typed, roles }, settings);

  expect(content.text).toContain('You are invited to join acme at Steward, as buyer.');
  expect(JSON.stringify(content)).not.toContain(typed);
});

test('goes out to the address, in text and HTML alike, with nothing typed in its headers; the invitation says when', async () => {
  const world = await startMailWorld({ PUBLIC_URL: 'https://steward.example.com' });
  const smtp = await startSmtp();
  const owner = await world.person({ name: '<b>Olga</b>' });
  const organization = await world.organization({ owner, name: 'Smith & Sons', slug: 'smith', customRoles: { clerk: [] } });
  await world.database.query(world.sql`UPDATE roles SET name = 'see https://evil.example' WHERE code = 'clerk'`);
  const input = { organizationId: organization.id, email: 'jo@example.com', roleCodes: ['clerk'] };
  const Create = documentOf('organizationCreateInvitation', 'invitation { id expiresAt }');
  const { invitation } = (await owner.run(Create, { input })).organizationCreateInvitation;

  await world.workerFor(smtp.url).sendDue();

  const [{ to, headers, bodies }, ...others] = smtp.received as [any];
  expect(others).toEqual([]);
  expect(to).toEqual(['jo@example.com']);
  expect(headers.subject).toEqual(['You are invited']);
  expect(JSON.stringify(headers)).not.toMatch(/Olga|Smith|evil|clerk/);
  const [text, markup] = [bodies['text/plain'], bodies['text/html']];
  const until = `until ${invitation.expiresAt.slice(0, 16).replace('T', ' ')} UTC.`;
  expect(text).toContain('You are invited to join Smith & Sons at Steward, as clerk.');
  expect(markup).toContain('You are invited to join Smith &#38; Sons at Steward, as clerk.');
  const [link] = text.match(/https:\S+/)!;
  expect(link).toMatch(/^https:\/\/steward\.example\.com\/console\/invitation\?token=[\w-]{43}$/);
  expect([...markup.matchAll(/href="([^"]*)"/g)].map(([, url]) => url)).toEqual([link]);
  for (const body of [text, markup]) {
    expect(body).toContain(until);
    expect(body).not.toMatch(/Olga|evil/);
  }
  const seen = await owner.run('query ($id: ID!) { node(id: $id) { ... on Invitation { sentAt sendError } } }', {
    id: invitation.id,
  });
  expect(seen.node).toEqual({ sentAt: expect.any(String), sendError: null });
});
