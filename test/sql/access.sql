-- Who acts and what he may: permissions, policies, enrolment. The matrix of all roles and tables is another test.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_contacts_owner;
CREATE ROLE regress_contacts_ann;
CREATE ROLE regress_contacts_ben;
CREATE ROLE regress_contacts_cat;
CREATE ROLE regress_contacts_pool;
CREATE ROLE regress_contacts_nobody;
SELECT contacts.create_directory('crm', 'regress_contacts_owner');

-- ---- Enrolment
-- The directory's owner begins.
SET ROLE regress_contacts_owner;
SELECT crm.enroll('regress_contacts_ann', 'Ann', '{admin,import}') IS NOT NULL AS enrolled;
RESET ROLE;
-- An admin goes on; others do not, and who is not enrolled does not even see the schema.
SET ROLE regress_contacts_ann;
SELECT crm.enroll('regress_contacts_ben', 'Ben', '{edit,view,edit}') IS NOT NULL AS enrolled;
SELECT crm.enroll('regress_contacts_cat', NULL, '{view}') IS NOT NULL AS enrolled;
SELECT crm.enroll('dora@example.org', 'Dora', '{view,edit,import}') IS NOT NULL AS enrolled;
SELECT login, display_name, permissions FROM crm.staff ORDER BY login COLLATE "C";
RESET ROLE;
SET ROLE regress_contacts_ben;
SELECT crm.enroll('regress_contacts_nobody', 'Nobody', '{view}');
\echo :SQLSTATE
SELECT crm.dismiss('regress_contacts_ann');
SELECT crm.enroll_pool('regress_contacts_nobody');
-- Nor by going round enroll().
SELECT contacts.enroll_staff('crm.staff', 'regress_contacts_nobody', 'Nobody', '{view}');
SELECT contacts.grant_member('crm.staff', 'regress_contacts_nobody');
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT contacts.enroll_staff('crm.staff', 'regress_contacts_nobody', 'Nobody', '{view}');
SELECT contacts.grant_directory('crm');
SELECT contacts.grant_directory('public');
SELECT count(*) FROM crm.staff WHERE login = 'regress_contacts_nobody';
RESET ROLE;
SET ROLE regress_contacts_nobody;
SELECT * FROM crm.contact;
RESET ROLE;
SET ROLE regress_contacts_ann;
-- What is no login, no permission, no pool.
\set VERBOSITY default
SELECT crm.enroll('', 'X', '{view}');
SELECT crm.enroll(NULL, 'X', '{view}');
SELECT crm.enroll(E'x\ny', 'X', '{view}');
SELECT crm.enroll('public', 'X', '{view}');
SELECT crm.enroll('pg_monitor', 'X', '{view}');
SELECT crm.enroll('x', 'X', '{}');
SELECT crm.enroll('x', 'X', NULL);
SELECT crm.enroll('x', 'X', '{view,NULL}');
SELECT crm.enroll('x', 'X', '{view,see}');
SELECT crm.dismiss('x');
SELECT crm.enroll_pool('regress_contacts_no_such_role');
SELECT crm.enroll_pool('regress_contacts_owner');
\set VERBOSITY terse
-- A pool is told what it lacks.
SELECT crm.enroll_pool('regress_contacts_pool');
RESET ROLE;
GRANT SET ON PARAMETER contacts.actor TO regress_contacts_pool;
SET ROLE regress_contacts_ann;
SELECT crm.enroll_pool('regress_contacts_pool');
RESET ROLE;
-- The grants follow the policies; nothing is for PUBLIC.
SELECT privileges, count(*) FROM contacts.member_privileges('crm.staff') GROUP BY 1 ORDER BY 1;
SELECT c.oid::regclass AS public_has, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
 WHERE c.relnamespace = 'crm'::regnamespace AND a.grantee = 0;
SELECT p.oid::regprocedure AS public_may_run FROM pg_proc p
 WHERE p.pronamespace = 'crm'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE');
-- Every table has row-level security.
SELECT oid::regclass AS open FROM pg_class
 WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity ORDER BY 1;
-- Definers are the three that only the owner can be.
SELECT proname AS definer FROM pg_proc WHERE pronamespace = 'crm'::regnamespace AND prosecdef ORDER BY 1;

-- ---- Who acts
SELECT contacts.acting_staff('crm.staff') IS NULL AS dba_is_nobody, contacts.has_permission('crm.staff', 'view') AS may_view;
SET ROLE regress_contacts_ben;
SELECT (SELECT login FROM crm.staff WHERE staff_id = contacts.acting_staff('crm.staff')) AS acts,
       contacts.has_permission('crm.staff', 'view') AS view, contacts.has_permission('crm.staff', 'edit') AS edit,
       contacts.has_permission('crm.staff', 'import') AS import, contacts.has_permission('crm.staff', 'admin') AS admin,
       contacts.has_permission('crm.staff', 'fly') AS unknown, contacts.has_permission('crm.staff', NULL) AS nothing;
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT contacts.has_permission('crm.staff', 'view') AS view, contacts.has_permission('crm.staff', 'edit') AS edit,
       contacts.has_permission('crm.staff', 'export') AS export, contacts.has_permission('crm.staff', 'admin') AS admin;
RESET ROLE;
-- No argument is an error: no table, another one, a view, none.
SELECT contacts.acting_staff(0::regclass) IS NULL, contacts.acting_staff('pg_class') IS NULL, contacts.acting_staff('pg_roles') IS NULL,
       contacts.acting_staff(NULL) IS NULL, contacts.acting_staff(4294967295::oid::regclass) IS NULL;
SELECT contacts.may_read(NULL, NULL, NULL, NULL), contacts.may_read('crm.staff', NULL, 'x', '{}'),
       contacts.may_edit('crm.staff', NULL, NULL, NULL), contacts.may_create('crm.staff', NULL, ''), contacts.may_manage(1, NULL, 'company');
-- A directory that is renamed, and a table, keep theirs.
ALTER SCHEMA crm RENAME TO crm2;
ALTER TABLE crm2.staff RENAME TO colleague;
SET ROLE regress_contacts_ben;
SELECT contacts.has_permission('crm2.colleague', 'edit'), count(*) FROM crm2.contact;
RESET ROLE;
ALTER TABLE crm2.colleague RENAME TO staff;
ALTER SCHEMA crm2 RENAME TO crm;
-- A definer's function acts for its caller.
CREATE FUNCTION crm.who() RETURNS text LANGUAGE sql SECURITY DEFINER
  AS $$ SELECT contacts.actor() || ' ' || contacts.has_permission('crm.staff', 'admin') || ' ' || current_user $$;
ALTER FUNCTION crm.who() OWNER TO regress_contacts_owner;
SET ROLE regress_contacts_ben;
SELECT crm.who();
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT crm.who();
RESET ROLE;
DROP FUNCTION crm.who();
-- A change of permissions counts at once, one that is undone does not.
BEGIN;
UPDATE crm.staff SET permissions = '{view}' WHERE login = 'regress_contacts_ben';
SET LOCAL ROLE regress_contacts_ben;
SELECT contacts.has_permission('crm.staff', 'edit') AS edit;
RESET ROLE;
SAVEPOINT s;
UPDATE crm.staff SET permissions = '{view,edit,admin}' WHERE login = 'regress_contacts_ben';
SET LOCAL ROLE regress_contacts_ben;
SELECT contacts.has_permission('crm.staff', 'admin') AS admin;
ROLLBACK TO s;
SET LOCAL ROLE regress_contacts_ben;
SELECT contacts.has_permission('crm.staff', 'admin') AS admin;
ROLLBACK;
SET ROLE regress_contacts_ben;
SELECT contacts.has_permission('crm.staff', 'edit') AS edit;
RESET ROLE;
-- Also within one function, and in the middle of what an error undoes.
DO $$
BEGIN
  BEGIN
    UPDATE crm.staff SET permissions = '{admin}' WHERE login = 'regress_contacts_cat';
    SET LOCAL ROLE regress_contacts_cat;
    RAISE NOTICE 'inside: %', contacts.has_permission('crm.staff', 'admin');
    PERFORM 1 / 0;
  EXCEPTION WHEN division_by_zero THEN
    SET LOCAL ROLE regress_contacts_cat;
    RAISE NOTICE 'after: %', contacts.has_permission('crm.staff', 'admin');
  END;
END $$;
RESET ROLE;
-- Roles change their names.
ALTER ROLE regress_contacts_cat RENAME TO regress_contacts_kit;
SET ROLE regress_contacts_kit;
SELECT contacts.acting_staff('crm.staff') IS NULL AS nobody;
RESET ROLE;
ALTER ROLE regress_contacts_kit RENAME TO regress_contacts_cat;
SET ROLE regress_contacts_cat;
SELECT contacts.acting_staff('crm.staff') IS NULL AS nobody;
RESET ROLE;
-- Parallel workers know it too.
BEGIN;
CREATE TABLE crm.big AS SELECT s.staff_id AS owner_id, 'personal'::text AS visibility, NULL::uuid[] AS shared_with
  FROM crm.staff s, generate_series(1, 5000);
ALTER TABLE crm.big SET (parallel_workers = 2);
GRANT SELECT ON crm.big TO regress_contacts_ben;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL ROLE regress_contacts_ben;
EXPLAIN (COSTS OFF) SELECT count(*) FROM crm.big WHERE contacts.may_read('crm.staff', owner_id, visibility, shared_with);
SELECT count(*) FROM crm.big WHERE contacts.may_read('crm.staff', owner_id, visibility, shared_with);
ROLLBACK;

-- ---- A pool speaks for its users with SET LOCAL
SET SESSION AUTHORIZATION regress_contacts_pool;
SELECT contacts.actor(), (SELECT count(*) FROM crm.staff) AS colleagues;
BEGIN;
SET LOCAL contacts.actor = 'dora@example.org';
SELECT contacts.actor(), (SELECT count(*) FROM crm.staff) AS colleagues;
INSERT INTO crm.contact (first_name, visibility) VALUES ('Hers', 'personal') RETURNING created_by;
SET LOCAL contacts.actor = 'regress_contacts_ben';
SELECT count(*) AS hers FROM crm.contact;
COMMIT;
SELECT contacts.actor(), (SELECT count(*) FROM crm.contact) AS visible;
INSERT INTO crm.contact (first_name) VALUES ('No one''s');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_contacts_ben;
SET contacts.actor = 'regress_contacts_ann';
SELECT set_config('contacts.actor', 'regress_contacts_ann', true);
CREATE FUNCTION pg_temp.pose() RETURNS text LANGUAGE sql SET contacts.actor = 'regress_contacts_ann' AS 'SELECT contacts.actor()';
SELECT pg_temp.pose();
SET ROLE regress_contacts_ann;
RESET SESSION AUTHORIZATION;

-- ---- Contacts: whose they are
SET ROLE regress_contacts_ben;
-- The owner is who acts; nobody else can be, and sharing is not a column.
INSERT INTO crm.contact (contact_id, first_name, shared_with, editable_by, version, created_by)
VALUES ('00000000-0000-7000-8000-0000000000b1', 'Bea', '{00000000-0000-7000-8000-0000000000b1}', '{00000000-0000-7000-8000-0000000000b1}', 9, 'x')
RETURNING owner_id = contacts.acting_staff('crm.staff') AS mine, visibility, shared_with, editable_by, version, created_by;
INSERT INTO crm.contact (first_name, owner_id) SELECT 'Bob', staff_id FROM crm.staff WHERE login = 'regress_contacts_ann';
INSERT INTO crm.contact (first_name, visibility) VALUES ('Bob', 'company');
INSERT INTO crm.contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000b1', 1, '+41446681800');
INSERT INTO crm.contact (contact_id, first_name, visibility) VALUES ('00000000-0000-7000-8000-0000000000b2', 'Secret', 'personal');
INSERT INTO crm.contact_phone (contact_id, position, number, visibility, owner_id)
VALUES ('00000000-0000-7000-8000-0000000000b2', 1, '+41446681801', 'company', NULL) RETURNING visibility, owner_id IS NOT NULL AS owned;
-- A part is of its contact, whatever is written.
UPDATE crm.contact_phone SET visibility = 'company', shared_with = '{}' WHERE contact_id = '00000000-0000-7000-8000-0000000000b2'
RETURNING visibility, shared_with;
\set VERBOSITY default
UPDATE crm.contact SET owner_id = NULL;
UPDATE crm.contact SET shared_with = '{00000000-0000-7000-8000-0000000000b1}';
UPDATE crm.contact SET editable_by = '{}';
UPDATE crm.contact SET contact_id = contacts.uuid_v7();
UPDATE crm.contact SET visibility = 'company' WHERE first_name = 'Bea';
\set VERBOSITY terse
UPDATE crm.contact SET visibility = 'personal' WHERE first_name = 'Bea' RETURNING version;
SELECT DISTINCT visibility FROM crm.contact_phone;
UPDATE crm.contact SET visibility = 'restricted' WHERE first_name = 'Bea' RETURNING version;
RESET ROLE;
-- Another colleague sees nothing of it and learns nothing: not even that it is there.
SET ROLE regress_contacts_cat;
SELECT (SELECT count(*) FROM crm.contact) AS contacts, (SELECT count(*) FROM crm.contact_phone) AS phones;
INSERT INTO crm.contact (first_name) VALUES ('Cid');
RESET ROLE;
SELECT crm.enroll('regress_contacts_cat', 'Cat', '{view,edit}') IS NOT NULL AS enrolled;
SET ROLE regress_contacts_cat;
UPDATE crm.contact SET first_name = 'Mine';
DELETE FROM crm.contact;
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000b1', 2, 'x');
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000b2', 2, 'x');
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000ff', 2, 'x');
INSERT INTO crm.contact_phone (contact_id, position, entered, visibility, owner_id)
SELECT '00000000-0000-7000-8000-0000000000b2', 2, 'x', 'personal', contacts.acting_staff('crm.staff');
INSERT INTO crm.contact_phone (contact_id, position, entered, visibility, owner_id)
SELECT '00000000-0000-7000-8000-0000000000ff', 2, 'x', 'personal', contacts.acting_staff('crm.staff');
-- Not by a contact of that id that is inserted and is not, either.
BEGIN;
INSERT INTO crm.contact (contact_id, first_name, visibility) VALUES ('00000000-0000-7000-8000-0000000000b2', 'Mine', 'personal') ON CONFLICT DO NOTHING;
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000b2', 2, 'x');
ROLLBACK;
RESET ROLE;
-- An admin sees and edits the restricted one and makes it the company's, but neither sees the personal one nor makes one.
SET ROLE regress_contacts_ann;
SELECT first_name, visibility FROM crm.contact;
UPDATE crm.contact SET visibility = 'personal' WHERE first_name = 'Bea';
UPDATE crm.contact SET visibility = 'company', job_title = 'CEO' WHERE first_name = 'Bea' RETURNING version, updated_by;
UPDATE crm.contact SET owner_id = NULL WHERE first_name = 'Bea';
INSERT INTO crm.contact (first_name, visibility, owner_id) SELECT 'Bob', 'personal', staff_id FROM crm.staff WHERE login = 'regress_contacts_ben';
INSERT INTO crm.contact (first_name, visibility, owner_id) SELECT 'Bob', 'restricted', staff_id FROM crm.staff WHERE login = 'regress_contacts_ben';
RESET ROLE;
SET ROLE regress_contacts_cat;
SELECT c.first_name, c.visibility, p.number, p.visibility FROM crm.contact c JOIN crm.contact_phone p USING (contact_id);
UPDATE crm.contact SET job_title = 'CFO' RETURNING first_name;
RESET ROLE;

-- ---- Colleagues
SET ROLE regress_contacts_ben;
UPDATE crm.staff SET avatar = 'https://x.example/b.png', presence = 'away', status_message = 'lunch'
 WHERE login = 'regress_contacts_ben' RETURNING presence;
UPDATE crm.staff SET presence = 'away' WHERE login = 'regress_contacts_ann' RETURNING presence;
UPDATE crm.staff SET permissions = '{admin}' WHERE login = 'regress_contacts_ben';
UPDATE crm.staff SET display_name = 'Benedict' WHERE login = 'regress_contacts_ben';
UPDATE crm.staff SET login = 'x' WHERE login = 'regress_contacts_ben';
INSERT INTO crm.staff (login, display_name, permissions) VALUES ('regress_contacts_nobody', 'X', '{admin}');
DELETE FROM crm.staff;
INSERT INTO crm.staff_extension (staff_id, extension) SELECT contacts.acting_staff('crm.staff'), '100';
RESET ROLE;
SET ROLE regress_contacts_ann;
UPDATE crm.staff SET job_title = 'Sales' WHERE login = 'regress_contacts_ben' RETURNING job_title;
\set VERBOSITY default
UPDATE crm.staff SET login = 'regress_contacts_nobody' WHERE login = 'regress_contacts_ben';
\set VERBOSITY terse
UPDATE crm.staff SET staff_id = contacts.uuid_v7() WHERE login = 'regress_contacts_cat';
DELETE FROM crm.staff WHERE login = 'regress_contacts_ben';
INSERT INTO crm.staff_extension (staff_id, extension) SELECT contacts.acting_staff('crm.staff'), '100' RETURNING extension;
RESET ROLE;

-- ---- Groups and organizations: the company's, or one's own
SET ROLE regress_contacts_ann;
INSERT INTO crm.contact_group (name) VALUES ('VIP') RETURNING owner_id;
INSERT INTO crm.organization (name) VALUES ('Acme') RETURNING owner_id;
RESET ROLE;
SET ROLE regress_contacts_ben;
INSERT INTO crm.contact_group (name) VALUES ('VIP'), ('Mine') RETURNING name, owner_id = contacts.acting_staff('crm.staff') AS mine;
INSERT INTO crm.contact_group (name, owner_id) VALUES ('Ours', NULL);
INSERT INTO crm.contact_group (name, created_by) VALUES ('Forged', 'x');
INSERT INTO crm.organization (name) VALUES ('Secret Ltd') RETURNING owner_id = contacts.acting_staff('crm.staff') AS mine;
UPDATE crm.organization SET industry = 'x' RETURNING name;
UPDATE crm.organization SET owner_id = NULL WHERE name = 'Secret Ltd';
INSERT INTO crm.contact_group_member (contact_id, group_id)
SELECT '00000000-0000-7000-8000-0000000000b2', group_id FROM crm.contact_group RETURNING visibility;
INSERT INTO crm.custom_field VALUES ('x', 'X');
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT name FROM crm.contact_group UNION ALL SELECT name FROM crm.organization ORDER BY 1;
DELETE FROM crm.contact_group RETURNING name;
INSERT INTO crm.custom_field VALUES ('x', 'X') RETURNING key;
INSERT INTO crm.contact_group (name) VALUES ('VIP');
RESET ROLE;

-- ---- Import as an ordinary member
SELECT crm.enroll('regress_contacts_cat', 'Cat', '{view,edit,import}') IS NOT NULL AS enrolled;
SET ROLE regress_contacts_ben;
SELECT records, inserted, failed FROM crm.import_csv(convert_to(E'First Name,Last Name\nDan,Deer\n', 'UTF8'), format => 'cinnox');
\echo :SQLSTATE
COPY crm.csv_cinnox FROM stdin (FORMAT csv, HEADER);
First Name
Dan
\.
RESET ROLE;
SET ROLE regress_contacts_cat;
SELECT records, inserted, failed, started_by
  FROM crm.import_csv(convert_to(E'First Name,Last Name,Email,Group,Company\nDan,Deer,dan@x.example,New;VIP,Acme\nEve,Elk,eve@x.example,New,Elk Ltd\n', 'UTF8'), format => 'cinnox');
SELECT first_name, visibility, owner_id = contacts.acting_staff('crm.staff') AS mine, version, created_by FROM crm.contact WHERE import_id IS NOT NULL ORDER BY first_name;
SELECT address, visibility, owner_id = contacts.acting_staff('crm.staff') AS mine FROM crm.contact_email ORDER BY address;
SELECT g.name, g.owner_id IS NULL AS company, count(*) FROM crm.contact_group g JOIN crm.contact_group_member USING (group_id) GROUP BY 1, 2 ORDER BY 1;
SELECT name, owner_id = contacts.acting_staff('crm.staff') AS mine FROM crm.organization ORDER BY name;
SELECT records, inserted, failed FROM crm.import_csv(convert_to(E'Contact.ContactID,Contact.FirstName,User.LastName\n,Fay,Fox\n', 'UTF8'), format => '8x8');
COPY crm.csv_8x8 ("Contact.FirstName", "User.LastName") FROM stdin (FORMAT csv);
Fay,Fox
\.
COPY crm.csv_cinnox_template ("First Name", "Last Name", "Group") FROM stdin (FORMAT csv);
Flo,Finch,New
\.
SELECT "First Name", "Group", "Company" FROM crm.csv_cinnox ORDER BY 1;
SELECT records, inserted, failed FROM crm.import_csv(convert_to(E'Contact.ContactID,Contact.FirstName,User.LastName\n,Fay,Fox\n', 'UTF8'), format => '8x8', visibility => 'personal');
-- Somebody else's contact is no contact; the company's is seen but not changed.
SELECT records, inserted, updated, failed FROM crm.import_csv(convert_to(
  E'Contact.ContactID,Contact.FirstName,User.LastName\n00000000-0000-7000-8000-0000000000b2,Hacked,X\n00000000-0000-7000-8000-0000000000b1,Hacked,X\n', 'UTF8'),
  format => '8x8', visibility => 'restricted');
SELECT record, severity, code, message FROM crm.import_error WHERE code <> 'unknown_column' ORDER BY import_id, ordinal;
SELECT count(*) AS runs FROM crm.import_run;
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT records, inserted, updated, failed FROM crm.import_csv(convert_to(
  E'Contact.ContactID,Contact.FirstName,User.LastName\n,Gil,Goat\n00000000-0000-7000-8000-0000000000b1,Beatrice,B\n', 'UTF8'), format => '8x8');
SELECT first_name, visibility, version, updated_by FROM crm.contact WHERE visibility = 'company' ORDER BY first_name;
SELECT count(*) AS runs FROM crm.import_run;
RESET ROLE;
SET ROLE regress_contacts_ben;
SELECT count(*) AS runs FROM crm.import_run;
RESET ROLE;

-- ---- Dismissed, and back
SET ROLE regress_contacts_ann;
SELECT crm.dismiss('regress_contacts_ben');
SELECT permissions FROM crm.staff WHERE login = 'regress_contacts_ben';
RESET ROLE;
SET ROLE regress_contacts_ben;
SELECT count(*) FROM crm.contact;
RESET ROLE;
-- The pool's grants do not help who is dismissed.
SET SESSION AUTHORIZATION regress_contacts_pool;
BEGIN;
SET LOCAL contacts.actor = 'regress_contacts_ben';
SELECT (SELECT count(*) FROM crm.contact) AS contacts, (SELECT count(*) FROM crm.staff) AS colleagues;
COMMIT;
RESET SESSION AUTHORIZATION;
SET ROLE regress_contacts_ann;
SELECT crm.enroll('regress_contacts_ben', NULL, '{view,edit}') = (SELECT staff_id FROM crm.staff WHERE login = 'regress_contacts_ben') AS the_same;
RESET ROLE;
SET ROLE regress_contacts_ben;
SELECT first_name FROM crm.contact ORDER BY 1;
RESET ROLE;
-- A role made later is granted by enrolling again; grant_directory() grants anew to all.
CREATE ROLE "dora@example.org";
SELECT has_schema_privilege('dora@example.org', 'crm', 'USAGE') AS before;
SELECT crm.enroll('dora@example.org', NULL, '{view}') IS NOT NULL AS enrolled, has_schema_privilege('dora@example.org', 'crm', 'USAGE') AS after;
SELECT display_name FROM crm.staff WHERE login = 'dora@example.org';
REVOKE SELECT ON crm.contact FROM "dora@example.org", regress_contacts_ben;
SELECT contacts.grant_directory('crm');
SELECT has_table_privilege('dora@example.org', 'crm.contact', 'SELECT') AS dora, has_table_privilege('regress_contacts_ben', 'crm.contact', 'SELECT') AS ben,
       has_table_privilege('regress_contacts_nobody', 'crm.contact', 'SELECT') AS nobody;

SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
REVOKE SET ON PARAMETER contacts.actor FROM regress_contacts_pool;
DROP ROLE regress_contacts_owner, regress_contacts_ann, regress_contacts_ben, regress_contacts_cat, regress_contacts_pool, regress_contacts_nobody, "dora@example.org";
