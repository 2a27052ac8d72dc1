import { Prisma, readingIn, type Transaction } from '../../database.ts';
import type { HardDeletePlan } from './hard-delete-plan.ts';
import { eventsOfPerson, rowsOfPerson, withAddress } from './hard-delete-rows.ts';
import { readPersonalTexts } from './hard-delete-traces.ts';

/** Events of one statement, which has five seconds. */
const portion = 5000;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** Deletes a person, who is locked, with all that is theirs, and takes all that the audit says of them out of it. */
export async function deletePerson(tx: Transaction, personId: string, { keys }: Pick<HardDeletePlan, 'keys'>): Promise<void> {
  await deleteTraces(tx, personId, keys);
  await eraseEvents(tx, personId);
  await tx.$executeRaw(Prisma.sql`DELETE FROM users WHERE id = ${personId}::uuid`);
}

/**
 * Deletes what no foreign key takes along. Before the events are erased, since they tell the former addresses; mail before
 * its invitations, as whoever sends it locks them.
 */
async function deleteTraces(tx: Transaction, personId: string, keys: readonly string[]): Promise<void> {
  // Who is still to be told of an invitation by them is not: the organization sees that, and can send it again.
  await tx.$executeRawUnsafe(
    `${withAddress}, gone AS (
       DELETE FROM outbox_messages WHERE id IN (${rowsOfPerson.messages}) RETURNING invitation_id, status
     )
     UPDATE invitations i SET send_error = 'Whoever invited was deleted before it was sent.' FROM gone
      WHERE i.id = gone.invitation_id AND gone.status = 'PENDING' AND i.status = 'PENDING'`,
    personId,
  );
  await tx.$executeRawUnsafe(`${withAddress} DELETE FROM invitations WHERE id IN (${rowsOfPerson.invitations})`, personId);
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM idempotency_keys WHERE split_part(caller, ' ', 2) <> '' AND split_part(caller, ' ', 2) = ${personId}`);
  const counted = Prisma.sql`ANY (ARRAY(SELECT decode(key, 'hex') FROM unnest(${[...keys]}::text[]) AS key))`;
  await tx.$executeRaw(Prisma.sql`DELETE FROM login_locks WHERE key = ${counted} OR address_key = ${counted}`);
  await tx.$executeRaw(Prisma.sql`DELETE FROM refusal_windows WHERE key = ${counted}`);
}

/**
 * Takes what they say of a person, who is locked, out of the audit events. The person's row is needed for it, and the rows
 * that tie the events to them, which go with it.
 */
async function eraseEvents(tx: Transaction, personId: string): Promise<void> {
  const [personal] = await readingIn(tx).read(readPersonalTexts, [personId]);
  const { texts, shared } = personal!;
  await tx.$executeRawUnsafe(
    `${withAddress}
     INSERT INTO audit_event_people (user_id, event_id, generation, transaction)
     SELECT $1::uuid, e.id, e.generation, e.transaction FROM (${eventsOfPerson.byAddress}) e`,
    personId,
  );
  let last: string | null = beforeAll;
  while (last !== null) {
    // The audit's trigger lets this very text pass, and no other.
    const [erased]: { last: string | null }[] = await tx.$queryRaw(
      Prisma.sql`SELECT public.erase_person(${personId}, ${texts}, ${shared}, ${last}, ${portion}) AS last`,
    );
    last = erased!.last;
  }
}
