-- Who has very many events would cost a sort of all of them for each page, so the rows of a person repeat the place of the
-- event in the order, and an index has them in it. Who inserts a row beside its event, as former versions do, need not
-- name the place: both take it from the same transaction.

-- In the order in which events are written, so that no writer holds one table and waits for the other.
LOCK TABLE audit_events, audit_event_people IN ACCESS EXCLUSIVE MODE;

ALTER TABLE audit_event_people ADD COLUMN generation integer, ADD COLUMN transaction bigint;
UPDATE audit_event_people p SET generation = e.generation, transaction = e.transaction FROM audit_events e WHERE e.id = p.event_id;
ALTER TABLE audit_event_people
  ALTER COLUMN generation SET DEFAULT current_generation(), ALTER COLUMN generation SET NOT NULL,
  ALTER COLUMN transaction SET DEFAULT current_transaction(), ALTER COLUMN transaction SET NOT NULL;

-- The order is unique, and the foreign key that includes it keeps the two tables equal; with it goes what it replaces.
CREATE UNIQUE INDEX audit_events_generation_transaction_id_key ON audit_events (generation, transaction, id);
DROP INDEX audit_events_generation_transaction_id_idx;

CREATE INDEX audit_event_people_user_id_generation_transaction_event_id_idx ON audit_event_people (user_id, generation, transaction, event_id);
CREATE INDEX audit_event_people_event_id_generation_transaction_idx ON audit_event_people (event_id, generation, transaction);
DROP INDEX audit_event_people_event_id_idx;

ALTER TABLE audit_event_people ADD CONSTRAINT audit_event_people_generation_transaction_event_id_fkey
  FOREIGN KEY (generation, transaction, event_id) REFERENCES audit_events (generation, transaction, id) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE audit_event_people DROP CONSTRAINT audit_event_people_event_id_fkey;
