-- What the database itself keeps, whoever writes. Each guard has a name that an error carries (`constraint`).

-- ---------------------------------------------------------------- values

ALTER TABLE installation ADD CONSTRAINT installation_is_one_row CHECK (id = 1);
INSERT INTO installation DEFAULT VALUES;

ALTER TABLE pools
  ADD CONSTRAINT pools_code_form CHECK (code ~ '^[a-z0-9_-]{1,100}$'),
  ADD CONSTRAINT pools_name_length CHECK (char_length(name) BETWEEN 1 AND 200);

ALTER TABLE users
  ADD CONSTRAINT users_email_form CHECK (email ~ '^[!-?A-~]+@[!-?A-~]+$' AND email = lower(email) AND length(email) <= 254),
  ADD CONSTRAINT users_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  ADD CONSTRAINT users_external_id_length CHECK (char_length(external_id) BETWEEN 1 AND 200),
  ADD CONSTRAINT users_metadata_is_object CHECK (jsonb_typeof(metadata) = 'object'),
  ADD CONSTRAINT users_suspension_is_whole CHECK (status = 'SUSPENDED' OR (suspended_until IS NULL AND suspension_reason IS NULL));

ALTER TABLE apps
  ADD CONSTRAINT apps_code_form CHECK (code ~ '^[a-z0-9_-]{1,100}$'),
  ADD CONSTRAINT apps_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  ADD CONSTRAINT apps_url_form CHECK (url ~ '^https?://' AND char_length(url) <= 2048);

ALTER TABLE app_grants
  ADD CONSTRAINT app_grants_revocation_is_whole CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL) AND (revoked_at IS NOT NULL OR revoked_by_id IS NULL));

ALTER TABLE roles
  ADD CONSTRAINT roles_code_form CHECK (code ~ '^[a-z0-9_-]{1,100}$'),
  ADD CONSTRAINT roles_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  ADD CONSTRAINT roles_custom_or_built_in CHECK (built_in = (organization_id IS NULL)),
  ADD CONSTRAINT roles_custom_scope CHECK (built_in OR scope = 'ORGANIZATION'),
  ADD CONSTRAINT roles_rank_range CHECK (built_in OR rank BETWEEN 10 AND 1000);

ALTER TABLE organizations
  ADD CONSTRAINT organizations_slug_form CHECK (slug ~ '^[a-z0-9-]{1,100}$'),
  ADD CONSTRAINT organizations_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  ADD CONSTRAINT organizations_website_form CHECK (website ~ '^https?://' AND char_length(website) <= 2048),
  ADD CONSTRAINT organizations_logo_url_form CHECK (logo_url ~ '^https?://' AND char_length(logo_url) <= 2048),
  ADD CONSTRAINT organizations_metadata_is_object CHECK (jsonb_typeof(metadata) = 'object'),
  ADD CONSTRAINT organizations_member_count_range CHECK (member_count >= 0);

ALTER TABLE invitations
  ADD CONSTRAINT invitations_email_form CHECK (email ~ '^[!-?A-~]+@[!-?A-~]+$' AND email = lower(email) AND length(email) <= 254),
  ADD CONSTRAINT invitations_acceptance_is_whole CHECK ((status = 'ACCEPTED') = (accepted_at IS NOT NULL));

ALTER TABLE sessions
  ADD CONSTRAINT sessions_end_order CHECK (expires_at <= ends_at),
  ADD CONSTRAINT sessions_impersonation_is_whole CHECK ((impersonator_id IS NULL) = (impersonation_reason IS NULL)),
  ADD CONSTRAINT sessions_impersonation_of_another CHECK (impersonator_id <> user_id),
  ADD CONSTRAINT sessions_bound_when_impersonating CHECK (bound_to_id IS NULL OR impersonator_id IS NOT NULL);

-- ---------------------------------------------------------------- one of each

CREATE UNIQUE INDEX roles_built_in_code_key ON roles (scope, code) WHERE built_in;
CREATE UNIQUE INDEX invitations_pending_key ON invitations (organization_id, email) WHERE status = 'PENDING';
CREATE UNIQUE INDEX signing_keys_current_key ON signing_keys ((true)) WHERE retired_at IS NULL;

-- ---------------------------------------------------------------- an address is used once in a pool, by home or by tag

-- Tagging somebody into the home pool clashes with the row of the home, so the primary key refuses that, too.
CREATE FUNCTION keep_home_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO pool_addresses (pool_id, email, user_id) VALUES (NEW.home_pool_id, NEW.email, NEW.id);
  ELSE
    UPDATE pool_addresses
       SET pool_id = CASE WHEN pool_id = OLD.home_pool_id THEN NEW.home_pool_id ELSE pool_id END, email = NEW.email
     WHERE user_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_home_address AFTER INSERT OR UPDATE OF home_pool_id, email ON users FOR EACH ROW EXECUTE FUNCTION keep_home_address();

CREATE FUNCTION keep_tag_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM pool_addresses WHERE pool_id = OLD.pool_id AND user_id = OLD.user_id;
  ELSE
    -- The lock keeps the address from changing between this look and the commit.
    INSERT INTO pool_addresses (pool_id, email, user_id) SELECT NEW.pool_id, u.email, u.id FROM users u WHERE u.id = NEW.user_id FOR SHARE;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_tag_address AFTER INSERT OR DELETE ON user_pools FOR EACH ROW EXECUTE FUNCTION keep_tag_address();

CREATE FUNCTION refuse_change_of_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the keys of % do not change', TG_TABLE_NAME USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER user_pools_keys_stay BEFORE UPDATE ON user_pools FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_key();
CREATE TRIGGER memberships_keys_stay BEFORE UPDATE OF organization_id, user_id ON memberships FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_key();
-- What a role is and whose decides who may hold it; the triggers below look when it is given.
CREATE TRIGGER roles_keys_stay BEFORE UPDATE OF scope, built_in, organization_id ON roles FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_key();
CREATE TRIGGER invitations_keys_stay BEFORE UPDATE OF organization_id ON invitations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_key();

-- ---------------------------------------------------------------- roles stay in their scope

CREATE FUNCTION check_user_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added JOIN roles r ON r.id = added.role_id WHERE r.scope <> 'PLATFORM') THEN
    RAISE EXCEPTION 'a person holds platform roles alone' USING ERRCODE = 'check_violation', CONSTRAINT = 'user_roles_scope';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER user_roles_scope AFTER INSERT ON user_roles REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_user_roles();
CREATE TRIGGER user_roles_scope_on_update AFTER UPDATE ON user_roles REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_user_roles();

CREATE FUNCTION check_membership_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added JOIN memberships m ON m.id = added.membership_id JOIN roles r ON r.id = added.role_id
     WHERE r.scope <> 'ORGANIZATION' OR r.organization_id <> m.organization_id
  ) THEN
    RAISE EXCEPTION 'a membership holds built-in organization roles and its own organization''s alone' USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_roles_scope';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_roles_scope AFTER INSERT ON membership_roles REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_membership_roles();
CREATE TRIGGER membership_roles_scope_on_update AFTER UPDATE ON membership_roles REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_membership_roles();

CREATE FUNCTION check_invitation_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added JOIN invitations i ON i.id = added.invitation_id JOIN roles r ON r.id = added.role_id
     WHERE r.scope <> 'ORGANIZATION' OR r.organization_id <> i.organization_id
  ) THEN
    RAISE EXCEPTION 'an invitation offers built-in organization roles and its own organization''s alone' USING ERRCODE = 'check_violation', CONSTRAINT = 'invitation_roles_scope';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invitation_roles_scope AFTER INSERT ON invitation_roles REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_invitation_roles();
CREATE TRIGGER invitation_roles_scope_on_update AFTER UPDATE ON invitation_roles REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_invitation_roles();

CREATE FUNCTION check_role_permissions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added JOIN roles r ON r.id = added.role_id JOIN permissions p ON p.code = added.permission_code
     WHERE p.scope <> r.scope OR NOT (r.built_in OR p.assignable)
  ) THEN
    RAISE EXCEPTION 'a role carries permissions of its scope, a custom one assignable ones alone' USING ERRCODE = 'check_violation', CONSTRAINT = 'role_permissions_scope';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER role_permissions_scope AFTER INSERT ON role_permissions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_role_permissions();
CREATE TRIGGER role_permissions_scope_on_update AFTER UPDATE ON role_permissions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_role_permissions();

CREATE FUNCTION check_custom_role_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM roles r WHERE r.built_in AND r.code = NEW.code) THEN
    RAISE EXCEPTION 'the code of a built-in role' USING ERRCODE = 'unique_violation', CONSTRAINT = 'roles_custom_code_is_new';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER roles_custom_code_is_new BEFORE INSERT OR UPDATE OF code ON roles FOR EACH ROW WHEN (NOT NEW.built_in) EXECUTE FUNCTION check_custom_role_code();

-- ---------------------------------------------------------------- organizations count their members and keep their owner

CREATE FUNCTION count_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE organizations o SET member_count = member_count + c.n
      FROM (SELECT organization_id, count(*) AS n FROM changed GROUP BY organization_id) c WHERE o.id = c.organization_id;
  ELSE
    UPDATE organizations o SET member_count = member_count - c.n
      FROM (SELECT organization_id, count(*) AS n FROM changed GROUP BY organization_id) c WHERE o.id = c.organization_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_members_added AFTER INSERT ON memberships REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_members();
CREATE TRIGGER count_members_removed AFTER DELETE ON memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_members();

-- Judged at the commit, so that a transaction may pass through states that it does not leave behind.
CREATE FUNCTION check_owner(organization uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM organizations o WHERE o.id = organization AND NOT EXISTS (
      SELECT FROM memberships m JOIN membership_roles mr ON mr.membership_id = m.id JOIN roles r ON r.id = mr.role_id
       WHERE m.organization_id = o.id AND m.user_id = o.owner_id AND m.status = 'ACTIVE' AND r.built_in AND r.code = 'org_admin')
  ) THEN
    RAISE EXCEPTION 'the owner is an active member with org_admin' USING ERRCODE = 'check_violation', CONSTRAINT = 'organizations_owner_is_admin';
  END IF;
END $$;

CREATE FUNCTION check_owner_of_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM check_owner(NEW.id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER organizations_owner_is_admin AFTER INSERT OR UPDATE OF owner_id ON organizations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_owner_of_organization();

CREATE FUNCTION check_owner_of_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM check_owner(OLD.organization_id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER memberships_owner_is_admin AFTER UPDATE OF status OR DELETE ON memberships
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_owner_of_membership();

CREATE FUNCTION check_membership_has_role() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  membership uuid := CASE WHEN TG_TABLE_NAME = 'memberships' THEN (to_jsonb(NEW) ->> 'id')::uuid ELSE (to_jsonb(OLD) ->> 'membership_id')::uuid END;
  organization uuid;
BEGIN
  SELECT m.organization_id INTO organization FROM memberships m WHERE m.id = membership;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM membership_roles mr WHERE mr.membership_id = membership) THEN
    RAISE EXCEPTION 'every membership has a role' USING ERRCODE = 'check_violation', CONSTRAINT = 'memberships_have_a_role';
  END IF;
  IF TG_TABLE_NAME = 'membership_roles' THEN
    PERFORM check_owner(organization);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER memberships_have_a_role AFTER INSERT ON memberships
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_membership_has_role();
CREATE CONSTRAINT TRIGGER membership_roles_leave_one AFTER DELETE OR UPDATE ON membership_roles
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_membership_has_role();

-- ---------------------------------------------------------------- the audit only grows

-- Who may change the schema can disable a trigger: the application's role should not own these tables where that matters.
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are neither changed nor deleted' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_events_only_grow';
END $$;
CREATE TRIGGER audit_events_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
