SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

-- Roles: one may create schemas, one owns the directory, one may do nothing of the kind.
CREATE ROLE regress_dba;
CREATE ROLE regress_owner;
CREATE ROLE regress_stranger;
GRANT regress_owner TO regress_dba;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_dba', current_database()) \gexec

-- Who has no right to create schemas makes no directory.
SET ROLE regress_stranger;
SELECT contacts.create_directory('crm') IS NULL;
RESET ROLE;

-- No superuser is needed, and no setting stays behind.
SET ROLE regress_dba;
SET search_path = public;
SELECT contacts.create_directory('crm', 'regress_owner');
SHOW search_path;
SELECT current_user, current_setting('role') AS role;
RESET ROLE;
RESET search_path;
SELECT schema, owner, layout = (SELECT extversion FROM pg_extension WHERE extname = 'contacts') AS current
  FROM contacts.directories;
SELECT nspname, pg_get_userbyid(nspowner) AS owner, nspacl FROM pg_namespace WHERE nspname = 'crm';
SELECT count(*) FILTER (WHERE relkind = 'r') AS tables,
       count(*) FILTER (WHERE pg_get_userbyid(relowner) <> 'regress_owner') AS not_owned,
       count(*) FILTER (WHERE relacl IS NOT NULL) AS granted
  FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'v');

-- A name that is taken, in every way.
SET ROLE regress_dba;
SELECT contacts.create_directory('crm');
\echo :SQLSTATE
SELECT contacts.create_directory('public');
SELECT contacts.create_directory('contacts');
SELECT contacts.create_directory('pg_crm');
SELECT contacts.create_directory('');
SELECT contacts.create_directory(NULL);
-- An owner that does not exist, one that the caller cannot become.
SELECT contacts.create_directory('crm2', 'regress_nobody');
\set VERBOSITY sqlstate
SELECT contacts.create_directory('crm2', 'regress_stranger');
\set VERBOSITY default
RESET ROLE;
SELECT count(*) FROM pg_namespace WHERE nspname = 'crm2';

-- The caller owns it where nobody else is named; odd names are names.
SET ROLE regress_dba;
SELECT contacts.create_directory('Crm "2"');
SELECT schema, owner FROM contacts.directories ORDER BY schema COLLATE "C";
SET client_min_messages = warning;
DROP SCHEMA "Crm ""2""" CASCADE;
RESET client_min_messages;
RESET ROLE;

-- An error in the middle leaves nothing behind: neither a schema nor a role.
CREATE FUNCTION refuse_table() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'crm2.import_error') THEN
    RAISE EXCEPTION 'no import_error today';
  END IF;
END $$;
CREATE EVENT TRIGGER refuse_table ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse_table();
SET ROLE regress_dba;
BEGIN;
SAVEPOINT before;
SELECT contacts.create_directory('crm2', 'regress_owner');
ROLLBACK TO before;
SELECT current_user, current_setting('search_path') AS search_path;
COMMIT;
RESET ROLE;
DROP EVENT TRIGGER refuse_table;
DROP FUNCTION refuse_table();
SELECT count(*) FROM pg_namespace WHERE nspname = 'crm2';

-- Nor does it later in the same transaction; a definer's function makes one for its owner.
BEGIN;
SELECT contacts.create_directory('crm2', 'regress_owner');
SELECT current_user = session_user AS myself, current_setting('role') AS role, current_setting('search_path') AS search_path;
ROLLBACK;
CREATE FUNCTION make_directory(schema name) RETURNS void LANGUAGE sql SECURITY DEFINER
  AS $$ SELECT contacts.create_directory(schema) $$;
ALTER FUNCTION make_directory OWNER TO regress_dba;
SET ROLE regress_stranger;
SELECT make_directory('crm2');
RESET ROLE;
SELECT schema, owner FROM contacts.directories WHERE schema = 'crm2';
DROP FUNCTION make_directory;
SET client_min_messages = warning;
DROP SCHEMA crm2 CASCADE;
RESET client_min_messages;

-- A superuser who names nobody is warned.
SELECT contacts.create_directory('crm2', 'regress_owner');
SET client_min_messages = warning;
DROP SCHEMA crm2 CASCADE;
RESET client_min_messages;
CREATE ROLE regress_super SUPERUSER;
SET ROLE regress_super;
SELECT contacts.create_directory('crm2');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA crm2 CASCADE;
RESET client_min_messages;
DROP ROLE regress_super;

-- upgrade_directory acts for those who can become the owner, on directories only.
SET ROLE regress_dba;
SELECT contacts.upgrade_directory('crm');
SELECT contacts.upgrade_directory('public');
\echo :SQLSTATE
SET ROLE regress_stranger;
SELECT contacts.upgrade_directory('crm');
\echo :SQLSTATE
RESET ROLE;
-- A layout that this version does not know. The function is read, never run.
CREATE SCHEMA crm2 AUTHORIZATION regress_stranger;
SET ROLE regress_stranger;
CREATE TABLE crm2.contact ();
CREATE FUNCTION crm2.directory_layout() RETURNS text LANGUAGE sql AS $$SELECT '99.0'$$;
RESET ROLE;
SELECT schema, owner, layout FROM contacts.directories WHERE schema = 'crm2';
SELECT contacts.upgrade_directory('crm2');
\echo :SQLSTATE
CREATE OR REPLACE FUNCTION crm2.directory_layout() RETURNS text LANGUAGE sql AS $$SELECT '99.0' || pg_sleep(9)$$;
SELECT schema FROM contacts.directories WHERE schema = 'crm2';
SET client_min_messages = warning;
DROP SCHEMA crm2 CASCADE;
RESET client_min_messages;

-- The layout.
SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS "default"
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r'
 ORDER BY c.relname COLLATE "C", a.attnum;
SELECT conrelid::regclass AS "table", conname, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE connamespace = 'crm'::regnamespace AND contype <> 'n'
 ORDER BY conrelid::regclass::text COLLATE "C", contype, conname COLLATE "C";
SELECT pg_get_indexdef(i.indexrelid) AS index
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'crm'::regnamespace AND NOT i.indisprimary
 ORDER BY c.relname COLLATE "C";
SELECT pg_get_triggerdef(t.oid) AS trigger
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND NOT t.tgisinternal
 ORDER BY c.relname COLLATE "C", t.tgname COLLATE "C";

-- Everything is described: tables, views, functions, triggers on tables. Functions that begin with _ are internal.
SELECT c.oid::regclass AS "without comment" FROM pg_class c
 WHERE c.relnamespace IN ('crm'::regnamespace, 'contacts'::regnamespace) AND c.relkind IN ('r', 'v')
   AND obj_description(c.oid, 'pg_class') IS NULL
UNION ALL
SELECT t.tgrelid::regclass FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND NOT t.tgisinternal AND obj_description(t.oid, 'pg_trigger') IS NULL;
SELECT p.oid::regprocedure AS "without comment" FROM pg_proc p
 WHERE p.pronamespace IN ('crm'::regnamespace, 'contacts'::regnamespace) AND p.proname !~ '^_'
   AND obj_description(p.oid, 'pg_proc') IS NULL;
-- Nothing of a directory is for everybody.
SELECT p.oid::regprocedure AS "public function" FROM pg_proc p
 WHERE p.pronamespace = 'crm'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE');

--
-- Rows, as the owner. Details of errors would show ids and times.
--
\set VERBOSITY terse
SET ROLE regress_owner;
SET search_path = crm;

INSERT INTO staff (staff_id, login, display_name, permissions)
VALUES ('00000000-0000-7000-8000-0000000000a1', 'alice', 'Alice', '{view,edit}'),
       ('00000000-0000-7000-8000-0000000000b2', 'bob', 'Bob', '{view}');
INSERT INTO staff (display_name, kind) VALUES ('Reception', 'auto_attendant'), ('Sales', 'call_queue');
INSERT INTO staff (display_name, login) VALUES ('Another Alice', 'alice');
INSERT INTO staff (display_name, permissions) VALUES ('Root', '{view,root}');
INSERT INTO staff (display_name, permissions) VALUES ('Null', '{view,NULL}');
INSERT INTO staff (display_name, kind) VALUES ('Cat', 'cat');
INSERT INTO staff_extension VALUES ('00000000-0000-7000-8000-0000000000a1', 'work', '4711'),
                                   ('00000000-0000-7000-8000-0000000000a1', 'contact_center', '4711');
INSERT INTO staff_extension VALUES ('00000000-0000-7000-8000-0000000000a1', 'work', '47 11');
INSERT INTO staff_phone VALUES ('00000000-0000-7000-8000-0000000000a1', 1, 'fax', '+41446681800');

-- The stamps are the trigger's, whatever is written.
INSERT INTO organization (organization_id, name, version, created_at, created_by, updated_at, updated_by, import_id)
VALUES ('00000000-0000-7000-8000-000000000001', 'Example AG', 9, '2000-01-01', 'mallory', '2000-01-01', 'mallory',
        '00000000-0000-7000-8000-000000000009')
RETURNING version, created_at = now() AS created_now, created_by, updated_at = now() AS updated_now, updated_by, import_id;
INSERT INTO contact (contact_id, owner_id, organization_id, first_name, version, created_by, import_id)
VALUES ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000a1',
        '00000000-0000-7000-8000-000000000001', 'Carol', 9, 'mallory', '00000000-0000-7000-8000-000000000009')
RETURNING version, created_at = now() AS created_now, created_by, updated_at = now() AS updated_now, updated_by, import_id,
          visibility, source, custom;
-- An update counts one, an update of nothing counts nothing, an update of the stamps is none.
UPDATE contact SET last_name = 'Cole' RETURNING version, updated_at = now() AS updated_now;
UPDATE contact SET last_name = 'Cole' RETURNING version, updated_at = now() AS updated_now;
UPDATE contact SET version = 77, created_at = '2000-01-01', created_by = 'mallory', updated_at = '2000-01-01',
                   updated_by = 'mallory', import_id = '00000000-0000-7000-8000-000000000009'
RETURNING version, created_at > '2000-01-02' AS created_kept, created_by, updated_at > '2000-01-02' AS updated_kept,
          updated_by, import_id;
-- From a value to NULL and back, and what is stored out of line.
UPDATE contact SET last_name = NULL RETURNING version;
UPDATE contact SET custom = jsonb_build_object('k', repeat(md5('x'), 1000) || (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i))
RETURNING version;
UPDATE contact SET custom = custom, nickname = NULL RETURNING version;
UPDATE contact SET custom = jsonb_build_object('k', repeat(md5('x'), 1000) || (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i))
RETURNING version;
UPDATE contact SET custom = '{}' RETURNING version;
UPDATE organization SET tags = '{a}' RETURNING version;
-- An upsert counts like an update.
INSERT INTO contact (contact_id, last_name) VALUES ('00000000-0000-7000-8000-0000000000c1', 'Upp')
  ON CONFLICT (contact_id) DO UPDATE SET last_name = EXCLUDED.last_name, version = EXCLUDED.version RETURNING version, last_name;
INSERT INTO contact (contact_id, last_name) VALUES ('00000000-0000-7000-8000-0000000000c1', 'Upp')
  ON CONFLICT (contact_id) DO UPDATE SET last_name = EXCLUDED.last_name, created_at = EXCLUDED.created_at RETURNING version, created_at < now() AS created_kept;
-- Who acts is the actor.
RESET ROLE;
SET contacts.actor = 'alice';
UPDATE crm.contact SET last_name = 'Cole' RETURNING version, created_by, updated_by;
RESET contacts.actor;
SET ROLE regress_owner;
-- Time does not run backwards in a row: here the clock had been wrong.
ALTER TABLE contact DISABLE TRIGGER zz_stamp;
UPDATE contact SET updated_at = '2999-01-01' RETURNING version;
ALTER TABLE contact ENABLE TRIGGER zz_stamp;
UPDATE contact SET nickname = 'C' RETURNING version, updated_at = '2999-01-01' AS kept;
-- Columns, generated columns and triggers of the DBA's own.
ALTER TABLE contact ADD COLUMN vip boolean, ADD COLUMN greeting text GENERATED ALWAYS AS ('Hi ' || first_name) STORED;
UPDATE contact SET nickname = 'C' RETURNING version, greeting;
UPDATE contact SET vip = true RETURNING version;
ALTER TABLE contact DROP COLUMN vip;
UPDATE contact SET first_name = 'Caroline' RETURNING version, greeting;
CREATE FUNCTION trim_nickname() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.nickname := trim(NEW.nickname); RETURN NEW; END $$;
CREATE TRIGGER trim_nickname BEFORE INSERT OR UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION trim_nickname();
UPDATE contact SET nickname = ' C ' RETURNING version, nickname;
DROP FUNCTION trim_nickname CASCADE;
ALTER TABLE contact DROP COLUMN greeting;

-- What a contact may be.
INSERT INTO contact (visibility) VALUES ('public');
INSERT INTO contact (contact_type) VALUES ('Lead');
INSERT INTO contact (contact_level) VALUES ('first');
INSERT INTO contact (custom) VALUES ('[]');
INSERT INTO contact (birth_date, birth_year_known) VALUES ('2001-02-28', false);
INSERT INTO contact (external_id) VALUES ('');
INSERT INTO contact (owner_id) VALUES ('00000000-0000-7000-8000-0000000000ff');
INSERT INTO contact (organization_id) VALUES ('00000000-0000-7000-8000-0000000000ff');
UPDATE contact SET merged_into = contact_id;
BEGIN;
INSERT INTO contact (birth_date, birth_year_known) VALUES ('1604-02-29', false);
ROLLBACK;

-- One ID of a source is one contact, but a personal address book is nobody else's business.
BEGIN;
INSERT INTO contact (source, external_id, visibility, owner_id) VALUES
  ('genesys', '1', 'company', NULL),
  ('hubspot', '1', 'restricted', NULL),
  ('genesys', '1', 'personal', '00000000-0000-7000-8000-0000000000a1'),
  ('genesys', '1', 'personal', '00000000-0000-7000-8000-0000000000b2'),
  ('genesys', '1', 'personal', NULL),
  ('genesys', NULL, 'company', NULL),
  ('genesys', NULL, 'company', NULL);
SAVEPOINT a;
INSERT INTO contact (source, external_id, visibility) VALUES ('genesys', '1', 'restricted');
ROLLBACK TO a;
INSERT INTO contact (source, external_id, visibility, owner_id)
VALUES ('genesys', '1', 'personal', '00000000-0000-7000-8000-0000000000a1');
ROLLBACK TO a;
INSERT INTO contact (source, external_id, visibility) VALUES ('genesys', '1', 'personal');
ROLLBACK TO a;
INSERT INTO contact (source, external_id, visibility) VALUES ('genesys', '1', 'company')
  ON CONFLICT (source, external_id) WHERE visibility <> 'personal' AND external_id IS NOT NULL DO NOTHING;
INSERT INTO contact (source, external_id, visibility) VALUES ('genesys', '1', 'personal')
  ON CONFLICT (owner_id, source, external_id) WHERE visibility = 'personal' AND external_id IS NOT NULL DO NOTHING;
ROLLBACK;

-- Parts take the access columns from the contact, where the writer does not give them.
INSERT INTO contact_phone (contact_id, position, label, number)
VALUES ('00000000-0000-7000-8000-0000000000c1', 1, 'work', '+41446681800')
RETURNING owner_id, visibility, shared_with, editable_by;
INSERT INTO contact_phone (contact_id, position, entered, visibility, shared_with)
VALUES ('00000000-0000-7000-8000-0000000000c1', 2, 'ask at reception', 'personal', '{}')
RETURNING label, owner_id, visibility, shared_with, editable_by;
INSERT INTO contact_email (contact_id, position, address) VALUES ('00000000-0000-7000-8000-0000000000c1', 1, 'carol@example.com');
INSERT INTO contact_address (contact_id, position, city, country) VALUES ('00000000-0000-7000-8000-0000000000c1', 1, 'Zürich', 'CH');
INSERT INTO contact_social (contact_id, position, network, handle) VALUES ('00000000-0000-7000-8000-0000000000c1', 1, 'twitter', '@carol');
INSERT INTO contact_group (group_id, name) VALUES ('00000000-0000-7000-8000-0000000000e1', 'Friends') RETURNING created_by;
INSERT INTO contact_group_member (contact_id, group_id) VALUES ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000e1');
-- A contact and its parts in one statement.
WITH c AS (
  INSERT INTO contact (contact_id, first_name, visibility) VALUES ('00000000-0000-7000-8000-0000000000c2', 'Dave', 'company')
  RETURNING contact_id
)
INSERT INTO contact_phone (contact_id, position, number) SELECT contact_id, 1, '+41446681801' FROM c RETURNING visibility;
-- Sharing and transfer reach the parts.
UPDATE contact SET owner_id = '00000000-0000-7000-8000-0000000000b2', visibility = 'restricted',
                   shared_with = '{00000000-0000-7000-8000-0000000000a1}', editable_by = '{00000000-0000-7000-8000-0000000000a1}'
 WHERE contact_id = '00000000-0000-7000-8000-0000000000c1';
CREATE VIEW part AS
  SELECT 'phone' AS part, contact_id, owner_id, visibility, shared_with, editable_by FROM contact_phone
  UNION ALL SELECT 'email', contact_id, owner_id, visibility, shared_with, editable_by FROM contact_email
  UNION ALL SELECT 'address', contact_id, owner_id, visibility, shared_with, editable_by FROM contact_address
  UNION ALL SELECT 'social', contact_id, owner_id, visibility, shared_with, editable_by FROM contact_social
  UNION ALL SELECT 'group', contact_id, owner_id, visibility, shared_with, editable_by FROM contact_group_member;
SELECT part, c.first_name, p.owner_id = '00000000-0000-7000-8000-0000000000b2' AS bobs, p.visibility,
       (p.owner_id, p.visibility, p.shared_with, p.editable_by) IS NOT DISTINCT FROM
       (c.owner_id, c.visibility, c.shared_with, c.editable_by) AS same
  FROM part p JOIN contact c USING (contact_id) ORDER BY part, first_name;
UPDATE contact SET shared_with = NULL WHERE first_name = 'Caroline';
SELECT count(*), count(shared_with) FROM part WHERE owner_id IS NOT NULL;
-- A part that moves to another contact takes that one's.
UPDATE contact_phone SET contact_id = '00000000-0000-7000-8000-0000000000c2', position = 2
 WHERE contact_id = '00000000-0000-7000-8000-0000000000c1' AND position = 2
RETURNING owner_id, visibility, shared_with;
-- No contact, no part.
\set VERBOSITY default
INSERT INTO contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000ff', 1, '+41446681800');
\echo :SQLSTATE
INSERT INTO contact_phone (contact_id, position, number, visibility) VALUES ('00000000-0000-7000-8000-0000000000ff', 1, '+41446681800', 'company');
\echo :SQLSTATE
\set VERBOSITY terse
INSERT INTO contact_phone (position, number) VALUES (1, '+41446681800');
-- What a part may be.
INSERT INTO contact_phone (contact_id, position) VALUES ('00000000-0000-7000-8000-0000000000c2', 3);
INSERT INTO contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000c2', 0, '+41446681800');
INSERT INTO contact_phone (contact_id, position, number, label) VALUES ('00000000-0000-7000-8000-0000000000c2', 3, '+41446681800', 'Work');
INSERT INTO contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000c2', 1, '+41446681800');
INSERT INTO contact_email (contact_id, position) VALUES ('00000000-0000-7000-8000-0000000000c2', 1);
INSERT INTO contact_address (contact_id, position, country) VALUES ('00000000-0000-7000-8000-0000000000c2', 1, 'Switzerland');

-- A caller with rights on the parts alone: the contact is read as the table's owner, under any search path.
RESET ROLE;
GRANT USAGE ON SCHEMA crm TO regress_stranger;
GRANT SELECT, INSERT ON crm.contact_phone TO regress_stranger;
GRANT SELECT, UPDATE ON crm.contact TO regress_stranger;
INSERT INTO crm.staff (login, display_name, permissions) VALUES ('regress_stranger', 'Stranger', '{admin}');
GRANT CREATE ON SCHEMA public TO regress_stranger;
SET ROLE regress_stranger;
CREATE FUNCTION public.same(uuid, uuid) RETURNS boolean LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = public.same);
SET search_path = public, pg_catalog;
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c2', 9, 'x')
RETURNING visibility, current_user;
UPDATE crm.contact SET visibility = 'restricted' WHERE visibility = 'company';
SET search_path = crm;
SELECT visibility, count(*) FROM contact_phone GROUP BY 1;
RESET ROLE;
DROP OPERATOR public.= (uuid, uuid);
DROP FUNCTION public.same(uuid, uuid);
REVOKE CREATE ON SCHEMA public FROM regress_stranger;
-- The trigger functions on a table of his own give him no more than he has.
REVOKE SELECT ON crm.contact FROM regress_stranger;
GRANT CREATE ON SCHEMA crm TO regress_stranger;
SET ROLE regress_stranger;
CREATE TABLE own (contact_id uuid, owner_id uuid, visibility text, shared_with uuid[], editable_by uuid[]);
CREATE TRIGGER a BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER b AFTER UPDATE ON own FOR EACH ROW EXECUTE FUNCTION contacts.propagate_access('contact_phone');
INSERT INTO own (contact_id) VALUES ('00000000-0000-7000-8000-0000000000c2');
DROP TRIGGER a ON own;
INSERT INTO own (contact_id) VALUES ('00000000-0000-7000-8000-0000000000c2');
UPDATE own SET visibility = 'company';
DROP TABLE own;
-- And are errors where they do not belong.
\set VERBOSITY default
CREATE TABLE own (contact_id text, version text, created_at timestamptz);
CREATE TRIGGER a BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row();
INSERT INTO own VALUES ('x');
CREATE OR REPLACE TRIGGER a BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
INSERT INTO own VALUES ('x');
CREATE OR REPLACE TRIGGER a BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access();
INSERT INTO own VALUES ('x');
CREATE OR REPLACE TRIGGER a AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row();
INSERT INTO own VALUES ('x');
CREATE OR REPLACE TRIGGER a AFTER INSERT ON own FOR EACH STATEMENT EXECUTE FUNCTION contacts.propagate_access('contact');
INSERT INTO own VALUES ('x');
SELECT contacts.stamp_row();
DROP TABLE own;
RESET ROLE;
REVOKE ALL ON SCHEMA crm FROM regress_stranger;
REVOKE ALL ON ALL TABLES IN SCHEMA crm FROM regress_stranger;

-- A schema that is renamed keeps its triggers.
SET search_path = public;
ALTER SCHEMA crm RENAME TO crm3;
INSERT INTO crm3.contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c2', 10, 'x') RETURNING visibility;
ALTER SCHEMA crm3 RENAME TO crm;
SELECT schema FROM contacts.directories;
SET search_path = crm;
SET ROLE regress_owner;

-- Staff and organizations that are in use stay; parts go with their contact.
\set VERBOSITY terse
DELETE FROM staff WHERE login = 'bob';
DELETE FROM organization;
INSERT INTO contact (first_name, merged_into) VALUES ('Karol', '00000000-0000-7000-8000-0000000000c1');
DELETE FROM contact WHERE contact_id IN ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000c2');
SELECT (SELECT count(*) FROM part) AS parts, (SELECT count(*) FROM contact) AS contacts, (SELECT count(*) FROM contact_group) AS groups;
DELETE FROM organization;
DELETE FROM staff WHERE login = 'bob';

-- Imports account for every record; their entries go with them, contacts do not.
INSERT INTO import_run (import_id, format, records, inserted) VALUES ('00000000-0000-7000-8000-0000000000d1', '8x8', 2, 1);
INSERT INTO import_run (import_id, format, records, inserted, failed)
VALUES ('00000000-0000-7000-8000-0000000000d1', '8x8', 2, 1, 1) RETURNING started_by, started_at = now() AS now, finished_at;
INSERT INTO import_error (import_id, ordinal, line, record, severity, code, message)
VALUES ('00000000-0000-7000-8000-0000000000d1', 1, 3, 2, 'error', 'phone_invalid', 'no phone number') RETURNING started_by;
INSERT INTO import_error (import_id, ordinal, severity, code, message)
VALUES ('00000000-0000-7000-8000-0000000000d1', 2, 'fatal', 'x', 'x');
DELETE FROM import_run;
SELECT count(*) FROM import_error;
INSERT INTO custom_field VALUES ('Customer No', 'Customer No');
INSERT INTO custom_field VALUES ('customer_no', 'Customer No') RETURNING data_type, required;
RESET search_path;
RESET ROLE;

-- The engine stays as long as a directory uses it; a directory goes with its schema.
DROP EXTENSION contacts;
\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
SELECT count(*) FROM contacts.directories;

DROP EXTENSION contacts;
SELECT format('REVOKE CREATE ON DATABASE %I FROM regress_dba', current_database()) \gexec
DROP ROLE regress_dba, regress_owner, regress_stranger;
