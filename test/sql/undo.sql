SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_undo;
CREATE ROLE regress_undo_ann;
CREATE ROLE regress_undo_bob;
SELECT contacts.create_directory('crm', 'regress_undo') IS NULL AS failed;
SET ROLE regress_undo;
SET search_path = crm;
SELECT enroll('regress_undo_ann', 'Ann', '{view,edit,import}') IS NOT NULL AS ann,
       enroll('regress_undo_bob', 'Bob', '{admin,import}') IS NOT NULL AS bob;
ALTER TABLE contact ADD COLUMN vip boolean NOT NULL DEFAULT false;
SET client_min_messages = warning;
-- The directory without ids and times.
CREATE FUNCTION state() RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object(
    'contacts', (SELECT jsonb_agg(crm.contact_as_of(c.contact_id, 'infinity') - '{version,updated_at,updated_by}'::text[] ORDER BY c.contact_id)
                   FROM crm.contact c),
    'organizations', (SELECT jsonb_agg(o.name ORDER BY o.name) FROM crm.organization o),
    'groups', (SELECT jsonb_agg(g.name ORDER BY g.name) FROM crm.contact_group g))
$$;
CREATE FUNCTION load(csv text, format text DEFAULT 'genesys') RETURNS uuid LANGUAGE sql AS $$
  SELECT import_id FROM crm.import_csv(convert_to(csv, 'UTF8'), format => load.format) $$;

-- Two contacts that are there before, one with everything.
INSERT INTO organization (organization_id, name) VALUES ('00000000-0000-7000-8000-0000000000a1', 'Old Ltd');
INSERT INTO contact (contact_id, source, external_id, first_name, last_name, visibility, organization_id, websites, custom, birth_date)
VALUES ('00000000-0000-7000-8000-0000000000c1', 'genesys', 'g1', 'Eve', 'Old', 'company', '00000000-0000-7000-8000-0000000000a1', '{a.example}', '{"shoe_size": "40", "keep": 1}', '1980-12-14'),
       ('00000000-0000-7000-8000-0000000000c2', 'genesys', 'g2', 'Fay', 'Old', 'company', NULL, NULL, '{}', NULL),
       ('00000000-0000-7000-8000-0000000000c3', 'genesys', 'g3', 'Gus', 'Old', 'company', NULL, NULL, '{}', NULL);
INSERT INTO contact_phone (contact_id, position, label, number) VALUES
  ('00000000-0000-7000-8000-0000000000c1', 1, 'work', '+41446681800'), ('00000000-0000-7000-8000-0000000000c1', 2, 'home', '+41446681801');
INSERT INTO contact_email (contact_id, position, label, address) VALUES ('00000000-0000-7000-8000-0000000000c1', 1, 'work', 'eve@old.example');
CREATE TABLE before AS SELECT state();
\set csv '''Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Contact Home Phone,Contact Work Email,Contact City,Contact External System URL,Shoe Size,Account ID,Account Name\ng1,Eve,New,+41446681899,,eve@new.example,Zug,b.example,44,n1,New Ltd\ng2,Fay,New,+41446681810,,,,,,n1,New Ltd\ng3,Gus,New,,,,,,,,\ng9,Hal,New,+41446681820,,,,,,n1,New Ltd\ng10,Ida,New,+41446681821,,,,,,o1,Other Ltd\n'''
SELECT load(replace(:csv, '\n', E'\n')) AS import \gset
SELECT records, inserted, updated, failed FROM import_run WHERE import_id = :'import';
SELECT first_name, last_name, version FROM contact ORDER BY contact_id;
SELECT c.first_name, l.version, l.action, l.import_id = :'import' AS by_import, l.changes - 'organization_id' AS changes FROM change_log l JOIN contact c USING (contact_id) ORDER BY 1, 2;
-- All of it is undone: everything is as it was.
RESET client_min_messages;
SELECT * FROM undo_import(:'import');
SELECT state() = (SELECT b.state FROM before b) AS as_before;
SELECT first_name, last_name, version FROM contact ORDER BY contact_id;
SELECT l.contact_id, l.version, l.action, l.import_id = :'import' AS by_undo, l.changes -> 'last_name' AS last_name FROM change_log l WHERE l.action <> 'update' AND l.contact_id < '00000001-0000-0000-0000-000000000000' ORDER BY 1, 2;
SELECT count(*) FROM change_log WHERE action = 'delete' AND import_id = :'import';
-- Twice is harmless.
SELECT * FROM undo_import(:'import');
SELECT state() = (SELECT b.state FROM before b) AS as_before;

-- What somebody changed since stays, and is named.
SET client_min_messages = warning;
SELECT load(replace(:csv, '\n', E'\n')) AS import \gset
RESET client_min_messages;
UPDATE contact SET nickname = 'G' WHERE first_name = 'Gus';
DELETE FROM contact WHERE first_name = 'Fay';
RESET ROLE;
SET ROLE regress_undo_bob;
INSERT INTO contact_email (contact_id, position, address) SELECT contact_id, 9, 'hal@example.com' FROM contact WHERE first_name = 'Hal';
RESET ROLE;
SET ROLE regress_undo;
SELECT u.name, u.changed_by, u.changed_at IS NOT NULL AS dated, u.reason FROM undo_import(:'import') u ORDER BY 1;
SELECT first_name, last_name, version FROM contact ORDER BY 1;
SELECT name FROM organization ORDER BY 1;
SELECT u.name, u.changed_by, u.changed_at IS NOT NULL AS dated, u.reason FROM undo_import(:'import') u ORDER BY 1;
-- A change that its author takes back is still a change; what is deleted is gone.
DELETE FROM contact WHERE first_name = 'Hal';
SELECT u.name, u.changed_by, u.reason FROM undo_import(:'import') u ORDER BY 1;
SELECT name FROM organization ORDER BY 1;

-- A colleague's import, undone by him; not by others who may not see it, and not beyond his rights.
RESET ROLE;
SET ROLE regress_undo_ann;
SET client_min_messages = warning;
SELECT import_id AS import FROM import_csv(convert_to(E'First Name,Last Name,Mobile,Email,Group\nJo,Jet,+85212345678,jo@example.com,VIP;Asia\nKim,Kay,,,VIP\n', 'UTF8'), format => 'cinnox') \gset
RESET client_min_messages;
SELECT first_name, visibility, version FROM contact WHERE visibility <> 'company' ORDER BY 1;
SELECT name FROM contact_group ORDER BY 1;
RESET ROLE;
SET ROLE regress_undo_bob;
SET client_min_messages = warning;
SELECT import_id AS hidden FROM import_csv(convert_to(E'First Name,Last Name\nLea,Lee\n', 'UTF8'), format => 'cinnox') \gset
RESET client_min_messages;
RESET ROLE;
SET ROLE regress_undo_ann;
SELECT count(*) FROM undo_import('00000000-0000-7000-8000-00000000dead');
DO $$ BEGIN PERFORM crm.undo_import((SELECT import_id FROM crm.import_run WHERE started_by = 'regress_undo_bob')); END $$;
SELECT count(*) FROM undo_import(:'import');
SELECT first_name FROM contact WHERE visibility <> 'company' ORDER BY 1;
SELECT name FROM contact_group ORDER BY 1;
SELECT DISTINCT changed_by, action FROM change_log WHERE import_id = :'import';
-- Shared with her by Bob, deletable by him alone.
RESET ROLE;
SET ROLE regress_undo;
UPDATE import_run SET started_by = 'regress_undo_ann' WHERE import_id = :'hidden';
UPDATE contact SET shared_with = ARRAY[(SELECT staff_id FROM staff WHERE login = 'regress_undo_ann')] WHERE first_name = 'Lea';
DELETE FROM change_log WHERE contact_id = (SELECT contact_id FROM contact WHERE first_name = 'Lea');
RESET ROLE;
SET ROLE regress_undo_ann;
SELECT u.name, u.changed_by, u.reason FROM undo_import(:'hidden') u;

-- No import, and one that stored nothing.
RESET ROLE;
SET ROLE regress_undo;
SET client_min_messages = warning;
SELECT load(E'Last Name,Email\nDry,no address\n', 'cinnox') AS import \gset
RESET client_min_messages;
SELECT count(*) FROM undo_import(:'import');
SELECT count(*) FROM undo_import(NULL);

-- More than a batch.
SET client_min_messages = warning;
CREATE VIEW many AS
  SELECT count(*), min(c.last_name), string_agg(md5(c::text || p::text), '' ORDER BY c.external_id) AS rows
    FROM (SELECT contact_id, external_id, first_name, last_name, custom FROM contact) c
    JOIN contact_phone p USING (contact_id) WHERE c.first_name = 'Many';
INSERT INTO contact (source, external_id, first_name, visibility) SELECT 'genesys', 'm' || i, 'Many', 'company' FROM generate_series(1, 5100) i;
INSERT INTO contact_phone (contact_id, position, label, number) SELECT contact_id, 1, 'work', '+41446681800' FROM contact WHERE first_name = 'Many';
CREATE TABLE before_many AS SELECT * FROM many;
SELECT load(E'Contact ID,Contact First Name,Contact Last Name,Contact Work Phone\n' || (SELECT string_agg(format('m%s,Many,X,+4144668%s', i, 1800 + i % 8000), E'\n') FROM generate_series(1, 10200) i)) AS import \gset
SELECT inserted, updated FROM import_run WHERE import_id = :'import';
RESET client_min_messages;
SELECT count(*) FROM undo_import(:'import');
SELECT count(*), count(DISTINCT m) AS states FROM (TABLE many UNION ALL TABLE before_many) m;

SET client_min_messages = warning;
RESET ROLE;
DROP SCHEMA crm CASCADE;
DROP ROLE regress_undo, regress_undo_ann, regress_undo_bob;
