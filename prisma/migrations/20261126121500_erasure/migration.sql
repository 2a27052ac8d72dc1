-- The audit only grows, and one function takes out of it what a person who is deleted leaves behind: their texts, and never
-- an event. What it is not told to take stays byte for byte.

-- ---------------------------------------------------------------- what is taken out

-- Every string of a JSON value that is one of the texts (the keys of an object) becomes `[erased]`.
CREATE FUNCTION erased(value jsonb, texts jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE jsonb_typeof(value)
    WHEN 'string' THEN CASE WHEN texts ? (value #>> '{}') THEN '"[erased]"' ELSE value END
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(erased(part, texts) ORDER BY place), '[]') FROM jsonb_array_elements(value) WITH ORDINALITY AS a(part, place))
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(name, erased(part, texts)), '{}') FROM jsonb_each(value) AS o(name, part))
    ELSE value
  END;
END $$;

-- What a person was before and after a change of their profile, whatever it said.
CREATE FUNCTION erased_profile(changes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_agg(
           CASE WHEN change ->> 'field' IN ('email', 'name', 'avatarUrl', 'externalId', 'metadata')
                THEN change || jsonb_build_object('before', CASE WHEN change ->> 'before' IS NOT NULL THEN '[erased]' END,
                                                  'after', CASE WHEN change ->> 'after' IS NOT NULL THEN '[erased]' END)
                ELSE change END ORDER BY place), '[]')
    FROM jsonb_array_elements(changes) WITH ORDINALITY AS c(change, place)
$$;

-- Erases so many of the events that are tied to the person, in the order of their ids after that one, and gives the last of
-- them; the caller goes on from there until there is none. `texts` are taken out of every one of them, and `shared`, addresses
-- that somebody else has as well, where the event is not about that one, too. Where a request came from goes with whoever
-- really sent it, and with whom it is about where nobody known did. Texts are addresses alone: whoever chooses their name or
-- user agent freely could choose a role's code, and have it taken out of what they did. It acts as the tables' owner, which
-- the trigger below asks for.
CREATE FUNCTION erase_person(person uuid, texts jsonb, shared jsonb, after uuid, most integer) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  portion uuid[] := ARRAY(SELECT p.event_id FROM audit_event_people p WHERE p.user_id = person AND p.event_id > after ORDER BY p.event_id LIMIT most);
  of_nobody_else jsonb := texts || shared;
BEGIN
  UPDATE audit_events e
     SET actor_name = CASE WHEN e.actor_id = person AND e.actor_name IS NOT NULL THEN '[erased]' ELSE e.actor_name END,
         impersonator_name = CASE WHEN e.impersonator_id = person AND e.impersonator_name IS NOT NULL THEN '[erased]' ELSE e.impersonator_name END,
         ip_address = CASE WHEN coalesce(e.impersonator_id, e.actor_id, e.subject_id) = person THEN NULL ELSE e.ip_address END,
         user_agent = CASE WHEN coalesce(e.impersonator_id, e.actor_id, e.subject_id) = person THEN NULL ELSE e.user_agent END,
         -- Read from the row that is written: of two people who are deleted at once, each finds what the other has erased.
         (changes, metadata) = (
           SELECT CASE WHEN e.changes = '[]' THEN e.changes
                       ELSE erased(CASE WHEN is_theirs THEN erased_profile(e.changes) ELSE e.changes END, personal) END,
                  -- The look that most events need no more than, without the cost of a call for each.
                  CASE WHEN EXISTS (SELECT FROM jsonb_path_query(e.metadata, 'strict $.**') AS part WHERE jsonb_typeof(part) = 'string' AND personal ? (part #>> '{}'))
                       THEN erased(e.metadata, personal) ELSE e.metadata END
             FROM (SELECT e.subject_type = 'user' AND e.subject_id = person) AS t(is_theirs),
                  LATERAL (SELECT CASE
                    WHEN is_theirs IS NOT TRUE AND shared <> '{}' AND EXISTS (SELECT FROM audit_event_people p JOIN users u ON u.id = p.user_id
                                                   WHERE p.event_id = e.id AND p.user_id <> person AND shared ? u.email) THEN texts
                    ELSE of_nobody_else END) AS s(personal))
   WHERE e.id = ANY (portion);
  RETURN portion[cardinality(portion)];
END $$;

-- ---------------------------------------------------------------- and by nothing else

-- An update passes where the client's whole statement is the call of that function, and the tables' owner makes it: a setting
-- can't claim the first, nor text within a statement, as it could in the context of an error; and a function that somebody else
-- slips into that statement, as the cast of an argument, is not the owner. Who may change the schema can disable a trigger.
CREATE OR REPLACE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND pg_catalog.current_query() OPERATOR(pg_catalog.=) 'SELECT public.erase_person($1, $2, $3, $4, $5) AS last'
     AND current_user OPERATOR(pg_catalog.=) (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) TG_RELID) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'audit events are neither changed nor deleted' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_events_only_grow';
END $$;

-- Also in a session that plays a replica, where ordinary triggers rest.
ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_only_grow;

-- Whom an event is about belongs to it. It goes with the person alone.
CREATE FUNCTION refuse_change_of_audit_people() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM gone JOIN users u ON u.id = gone.user_id) THEN RETURN NULL; END IF;
  END IF;
  RAISE EXCEPTION 'whom audit events are about is neither changed nor deleted' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_event_people_only_grow';
END $$;

CREATE TRIGGER audit_event_people_only_grow BEFORE UPDATE OR TRUNCATE ON audit_event_people FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_people();
CREATE TRIGGER audit_event_people_go_with_them AFTER DELETE ON audit_event_people REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_people();
ALTER TABLE audit_event_people ENABLE ALWAYS TRIGGER audit_event_people_only_grow;
ALTER TABLE audit_event_people ENABLE ALWAYS TRIGGER audit_event_people_go_with_them;

-- ---------------------------------------------------------------- where traces of a person are looked for

-- Events that tell an address without being tied to whoever has it: of an invitation before there was anybody.
CREATE INDEX "audit_events_email_idx" ON "audit_events"(("metadata" ->> 'email')) WHERE "metadata" ->> 'email' IS NOT NULL;

CREATE INDEX "outbox_messages_recipient_idx" ON "outbox_messages"("recipient");

-- Replies to somebody who acted as somebody else belong to both.
CREATE INDEX "idempotency_keys_impersonator_idx" ON "idempotency_keys"((split_part("caller", ' ', 2))) WHERE split_part("caller", ' ', 2) <> '';

-- Who had an address before: what names it from then is theirs.
CREATE INDEX "audit_events_former_email_idx" ON "audit_events"((jsonb_path_query_first("changes", '$[*] ? (@.field == "email").before') #>> '{}'))
  WHERE "changes" @> '[{"field": "email"}]';
