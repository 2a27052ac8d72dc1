import { expect } from 'vitest';
import { newId } from '../../src/ids.ts';
import { openContent } from '../../src/mail/outbox.ts';
import { documentOf } from '../app/support.ts';
import type { Organization, Person, World } from '../support/world.ts';

/** An `InvitationError`, whole. */
export const closed = (code: string, status: string) => ({
  __typename: 'InvitationError',
  code,
  message: expect.any(String),
  path: null,
  status,
});

export const anHourAgo = (): Date => new Date(Date.now() - 3_600_000);

/** Every way in which an invitation is stored that is open no more, and what is said of it. */
export const closedOnes: readonly {
  readonly stored: { status: string; expiresAt?: Date };
  readonly code: string;
  readonly status: string;
}[] = [
  { stored: { status: 'ACCEPTED' }, code: 'INVITATION_USED', status: 'ACCEPTED' },
  { stored: { status: 'REVOKED' }, code: 'INVITATION_REVOKED', status: 'REVOKED' },
  { stored: { status: 'DECLINED' }, code: 'INVITATION_DECLINED', status: 'DECLINED' },
  // What it came to says more than that its time is over too.
  { stored: { status: 'ACCEPTED', expiresAt: anHourAgo() }, code: 'INVITATION_USED', status: 'ACCEPTED' },
  { stored: { status: 'REVOKED', expiresAt: anHourAgo() }, code: 'INVITATION_REVOKED', status: 'REVOKED' },
  { stored: { status: 'DECLINED', expiresAt: anHourAgo() }, code: 'INVITATION_DECLINED', status: 'DECLINED' },
  { stored: { status: 'EXPIRED', expiresAt: anHourAgo() }, code: 'INVITATION_EXPIRED', status: 'EXPIRED' },
  { stored: { status: 'PENDING', expiresAt: anHourAgo() }, code: 'INVITATION_EXPIRED', status: 'EXPIRED' },
];

/** Tokens that are no link's. */
export const nobodysTokens = ({ id, token }: { readonly id: string; readonly token: string }): string[] => [
  newId(),
  id,
  `${token}\0`,
  ` ${token}`,
  `${token}=`,
  token.slice(0, -1),
  '\ud800',
  'x'.repeat(10_000),
  '',
];

/** The token of the link that was mailed last to an address. */
export async function lastLinkTo(world: World, email: string): Promise<string> {
  const [row] = await world.database.query<any>(
    world.sql`SELECT sealed_content AS sealed FROM outbox_messages WHERE recipient = ${email} ORDER BY id DESC LIMIT 1`,
  );
  const { text } = openContent(world.server.steward.secrets, row.sealed);
  return new URL(text.match(/\S+\/console\/invitation\?\S+/)![0]).searchParams.get('token')!;
}

/** What a mutation in an organization comes to, that has to succeed. */
export async function succeeding(by: Person, name: string, input: object): Promise<void> {
  const said = (await by.run(documentOf(name, '__typename'), { input }))[name];
  expect(said).toEqual({ __typename: `${name[0]!.toUpperCase()}${name.slice(1)}Success` });
}

export const ByToken = `query ($token: String!) { invitationByToken(token: $token) {
  id status organizationId organizationName organizationSlug invitedByName roles { code } organization { id } } }`;

/** An invitation in a state; an accepted one bears when it was. */
export async function invitationIn(world: World, options: Parameters<World['invitation']>[0]) {
  const { status = 'PENDING', ...rest } = options;
  const made = await world.invitation(rest);
  await world.database.query(world.sql`
    UPDATE invitations SET status = ${status}::invitation_status, accepted_at = ${status === 'ACCEPTED' ? new Date() : null}::timestamptz
     WHERE id = ${made.uuid}::uuid`);
  return made;
}

/** What an organization is to somebody who is only invited: nothing, but for the invitation. */
export async function expectUnseen(person: Person, organization: Organization): Promise<void> {
  const [membership] = organization.memberships.values();
  const answer = await person.ask(
    `query ($id: ID!, $ids: [ID!]!) { organization(id: $id) { name memberships(first: 5) { nodes { id } } auditEvents { nodes { id } } }
       node(id: $id) { id } nodes(ids: $ids) { id } viewer { user { id } memberships { id } } }`,
    { id: organization.id, ids: [organization.id, membership] },
  );
  expect(answer.errors).toEqual([]);
  expect(answer.data).toEqual({
    organization: null,
    node: null,
    nodes: [null, null],
    viewer: { user: { id: person.id }, memberships: [] },
  });
}
