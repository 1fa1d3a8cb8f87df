SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_history;
CREATE ROLE regress_history_ann;
CREATE ROLE regress_history_eve;
SELECT contacts.create_directory('crm', 'regress_history') IS NULL AS failed;
SET ROLE regress_history;
SET search_path = crm;
SELECT enroll('regress_history_ann', 'Ann', '{view,edit,import}') IS NOT NULL AS ann,
       enroll('regress_history_eve', 'Eve', '{view,edit}') IS NOT NULL AS eve;
-- The log at a glance.
CREATE VIEW entry AS
  SELECT c.first_name AS contact, l.version, l.changed_by, l.action, l.changes, l.changed_at = statement_timestamp() AS now
    FROM change_log l LEFT JOIN contact c USING (contact_id) ORDER BY l.contact_id, l.version;
CREATE FUNCTION versions() RETURNS TABLE (name text, version int, entries bigint) LANGUAGE sql AS $$
  SELECT c.first_name, c.version, (SELECT count(*) FROM crm.change_log l WHERE l.contact_id = c.contact_id)
    FROM crm.contact c ORDER BY c.contact_id $$;

-- The creation is no entry, nor are parts written by its transaction.
BEGIN;
INSERT INTO contact (contact_id, first_name, visibility, custom)
VALUES ('00000000-0000-7000-8000-0000000000c1', 'Cat', 'company', '{"size": 4, "color": "red"}'),
       ('00000000-0000-7000-8000-0000000000c2', 'Dan', 'company', '{}');
INSERT INTO contact_phone (contact_id, position, label, number) SELECT contact_id, 1, 'work', '+41446681800' FROM contact;
INSERT INTO contact_email (contact_id, position, address) SELECT contact_id, 1, 'a@example.com' FROM contact;
UPDATE contact_phone SET label = 'home';
DELETE FROM contact_email WHERE contact_id = '00000000-0000-7000-8000-0000000000c2';
COMMIT;
SELECT * FROM versions();

-- Columns: old and new as to_jsonb() makes them.
UPDATE contact SET last_name = 'Cole', birth_date = '1980-02-29', websites = '{a.example,b.example}' WHERE first_name = 'Cat';
UPDATE contact SET last_name = 'Cole' WHERE first_name = 'Cat';
UPDATE contact SET last_name = NULL, birth_year_known = true, websites = NULL, search = '{x}' WHERE first_name = 'Cat';
-- Custom fields: those that changed.
UPDATE contact SET custom = '{"size": 5, "shape": null, "color": "red"}' WHERE first_name = 'Cat';
UPDATE contact SET custom = custom - 'shape' || '{"deep": {"a": [1]}}' WHERE first_name = 'Cat';
SELECT version, changed_by, action, changes FROM entry;
-- A statement that changes nothing, one that changes the stamps, and one that touches no row: no entry.
UPDATE contact SET first_name = first_name;
UPDATE contact SET version = 99, updated_by = 'mallory', created_at = '2000-01-01';
UPDATE contact SET first_name = 'X' WHERE false;
SELECT * FROM versions();
-- A column of the DBA's, dropped ones, and one that is generated.
ALTER TABLE contact ADD COLUMN vip boolean;
ALTER TABLE contact ADD COLUMN gone int;
ALTER TABLE contact DROP COLUMN gone;
ALTER TABLE contact ADD COLUMN shout text GENERATED ALWAYS AS (upper(nickname)) STORED;
UPDATE contact SET vip = true, nickname = 'dd' WHERE first_name = 'Dan';
SELECT version, changes FROM entry WHERE contact = 'Dan';

-- Parts: a new version of the contact, one entry for a call.
UPDATE contact_phone SET number = '+41446681801', accepts_sms = true WHERE contact_id = '00000000-0000-7000-8000-0000000000c2';
UPDATE contact_phone SET label = label;
DELETE FROM contact_phone WHERE contact_id = '00000000-0000-7000-8000-0000000000c2';
INSERT INTO contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c2', 3, 'ask');
UPDATE contact_phone SET position = 2 WHERE position = 3;
INSERT INTO contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000c2', 2, '+41446681802')
  ON CONFLICT (contact_id, position) DO UPDATE SET number = EXCLUDED.number;
INSERT INTO contact_group (group_id, name) VALUES ('00000000-0000-7000-8000-0000000000e1', 'Friends');
INSERT INTO contact_group_member (contact_id, group_id) SELECT contact_id, '00000000-0000-7000-8000-0000000000e1' FROM contact;
WITH a AS (INSERT INTO contact_address (contact_id, position, city) VALUES ('00000000-0000-7000-8000-0000000000c2', 1, 'Zug')),
     s AS (INSERT INTO contact_social (contact_id, position, network, handle) VALUES ('00000000-0000-7000-8000-0000000000c2', 1, 'line', 'dan')),
     d AS (DELETE FROM contact_group_member WHERE contact_id = '00000000-0000-7000-8000-0000000000c2')
UPDATE contact SET nickname = 'Danny' WHERE first_name = 'Dan';
SELECT version, changes FROM entry WHERE contact = 'Dan' AND version > 2;
-- A part that moves to another contact leaves one and comes to the other.
UPDATE contact_phone SET contact_id = '00000000-0000-7000-8000-0000000000c1' WHERE position = 2;
SELECT DISTINCT ON (contact) contact, version, changes FROM entry ORDER BY contact, version DESC;
MERGE INTO contact_phone p USING (VALUES (1), (9)) AS v(n) ON p.position = v.n AND p.contact_id = '00000000-0000-7000-8000-0000000000c1'
  WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000c1', n, '+41446681809');
SELECT contact, version, changes FROM entry WHERE contact = 'Cat' ORDER BY version DESC LIMIT 1;
-- Several statements of one call.
DO $$
BEGIN
  UPDATE crm.contact_email SET label = 'work';
  BEGIN
    DELETE FROM crm.contact_email;
    RAISE EXCEPTION 'undone';
  EXCEPTION WHEN raise_exception THEN NULL;
  END;
  INSERT INTO crm.contact_email (contact_id, position, address) VALUES ('00000000-0000-7000-8000-0000000000c1', 2, 'b@example.com');
END $$;
SELECT contact, version, changes FROM entry WHERE contact = 'Cat' ORDER BY version DESC LIMIT 1;
-- A group that is deleted, with its name.
DELETE FROM contact_group;
SELECT contact, version, changes FROM entry WHERE contact = 'Cat' ORDER BY version DESC LIMIT 1;
SELECT * FROM versions();

-- Access columns: logged at the contact, copied to the parts and the log, no entries of the parts.
UPDATE contact SET visibility = 'restricted', owner_id = (SELECT staff_id FROM staff WHERE login = 'regress_history_ann')
 WHERE first_name = 'Cat';
SELECT version, jsonb_object_keys(changes) AS field, changes -> 'visibility' AS visibility FROM entry WHERE contact = 'Cat' AND version = (SELECT version FROM contact WHERE first_name = 'Cat');
SELECT DISTINCT visibility, owner_id IS NULL AS no_owner FROM (SELECT visibility, owner_id FROM contact_phone UNION ALL SELECT visibility, owner_id FROM change_log
  UNION ALL SELECT visibility, owner_id FROM contact_email) a;
SELECT DISTINCT c.first_name, l.visibility FROM change_log l JOIN contact c USING (contact_id) ORDER BY 1;
SELECT * FROM versions();

-- Who: the actor. Who may see a contact sees its history; nobody writes the log.
RESET ROLE;
SET ROLE regress_history_ann;
UPDATE contact SET job_title = 'CEO' WHERE first_name = 'Cat';
INSERT INTO contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000c1', 5, '+41446681805');
SELECT version, changed_by, changes FROM recent_change WHERE contact_id = '00000000-0000-7000-8000-0000000000c1' ORDER BY version DESC LIMIT 2;
SELECT count(*) FROM recent_change;
UPDATE change_log SET changed_by = 'x';
DELETE FROM change_log;
INSERT INTO change_log (contact_id, version, changed_at, changed_by, action, changes, visibility)
VALUES ('00000000-0000-7000-8000-0000000000c1', 99, now(), 'x', 'update', '{}', 'company');
TRUNCATE change_log;
RESET ROLE;
SET ROLE regress_history_eve;
SELECT count(*), count(DISTINCT contact_id) FROM change_log;
SELECT contact_as_of('00000000-0000-7000-8000-0000000000c1', now()) IS NULL AS hidden;
UPDATE contact SET nickname = 'x' WHERE first_name = 'Dan';
RESET ROLE;
SET ROLE regress_history;

-- Many rows, more than are handled at a time and than memory holds: an entry each.
SET work_mem = '64kB';
INSERT INTO contact (first_name, visibility) SELECT 'Bulk', 'company' FROM generate_series(1, 6000);
UPDATE contact SET last_name = contact_id::text WHERE first_name = 'Bulk';
SELECT count(*), count(DISTINCT l.contact_id), min(l.version), max(l.version), bool_and(l.changes = jsonb_build_object('last_name', jsonb_build_array(NULL, l.contact_id)))
  FROM change_log l JOIN contact c USING (contact_id) WHERE c.first_name = 'Bulk';
INSERT INTO contact_email (contact_id, position, address) SELECT contact_id, p, p || '@example.com' FROM contact, generate_series(1, 2) p WHERE first_name = 'Bulk' ORDER BY p;
SELECT count(*), min(version), max(version), min(jsonb_array_length(changes -> 'emails')), max(jsonb_array_length(changes -> 'emails')) FROM entry WHERE contact = 'Bulk' AND changes ? 'emails';
DELETE FROM contact WHERE first_name = 'Bulk';
SELECT count(*), min(jsonb_array_length(changes -> 'emails')), min(version), max(version) FROM change_log WHERE action = 'delete';
UPDATE contact SET visibility = 'restricted' WHERE first_name = 'Dan';
RESET work_mem;
DELETE FROM change_log WHERE action = 'delete';

-- As it was.
CREATE TABLE moment (name text PRIMARY KEY, at timestamptz, was jsonb);
CREATE FUNCTION remember(name text, id uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO crm.moment VALUES (name, clock_timestamp(), crm.contact_as_of(id, 'infinity')) $$;
INSERT INTO moment VALUES ('before', clock_timestamp(), NULL);
INSERT INTO contact (contact_id, first_name, last_name, visibility, custom) VALUES ('00000000-0000-7000-8000-0000000000c5', 'Fay', 'Fox', 'company', '{"a": 1, "b": 2}');
INSERT INTO contact_phone (contact_id, position, label, number) VALUES ('00000000-0000-7000-8000-0000000000c5', 1, 'work', '+41446681800;ext=12');
INSERT INTO contact_group (name) VALUES ('Zoo'), ('Art');
INSERT INTO contact_group_member (contact_id, group_id) SELECT '00000000-0000-7000-8000-0000000000c5', group_id FROM contact_group;
SELECT remember('first', '00000000-0000-7000-8000-0000000000c5');
UPDATE contact SET last_name = 'Fix', custom = '{"b": 3, "c": null}', websites = '{x.example}' WHERE first_name = 'Fay';
DELETE FROM contact_group WHERE name = 'Zoo';
SELECT remember('second', '00000000-0000-7000-8000-0000000000c5');
UPDATE contact_phone SET position = 7 WHERE contact_id = '00000000-0000-7000-8000-0000000000c5';
INSERT INTO contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c5', 1, 'desk');
UPDATE contact SET custom = '{"d": {"e": [1, 2]}}', birth_date = '1604-02-29', birth_year_known = false WHERE first_name = 'Fay';
SELECT remember('third', '00000000-0000-7000-8000-0000000000c5');
DELETE FROM contact_phone WHERE contact_id = '00000000-0000-7000-8000-0000000000c5';
UPDATE contact SET first_name = 'Gay' WHERE first_name = 'Fay';
SELECT remember('fourth', '00000000-0000-7000-8000-0000000000c5');
DELETE FROM contact WHERE first_name = 'Gay';
SELECT remember('deleted', '00000000-0000-7000-8000-0000000000c5');
SELECT name, was IS NOT DISTINCT FROM contact_as_of('00000000-0000-7000-8000-0000000000c5', at) AS same,
       was ->> 'version' AS version FROM moment ORDER BY at;
SELECT jsonb_pretty(jsonb_strip_nulls(was) - 'created_at' - 'updated_at') FROM moment WHERE name = 'first';
SELECT jsonb_pretty(jsonb_strip_nulls(was) - 'created_at' - 'updated_at') FROM moment WHERE name = 'third';
-- The same id again: versions go on, each life has its own past.
INSERT INTO contact (contact_id, first_name, visibility) VALUES ('00000000-0000-7000-8000-0000000000c5', 'Hal', 'company') RETURNING version;
UPDATE contact SET last_name = 'Hut' WHERE first_name = 'Hal' RETURNING version;
SELECT name, was IS NOT DISTINCT FROM contact_as_of('00000000-0000-7000-8000-0000000000c5', at) AS same FROM moment ORDER BY at;
SELECT contact_as_of('00000000-0000-7000-8000-0000000000c5', now()) ->> 'last_name' AS name;

-- Triggers of the DBA's that change more, or forbid.
CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.department := 'v' || OLD.version; RETURN NEW; END $$;
CREATE TRIGGER more BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION more();
INSERT INTO contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c5', 1, 'ask');
SELECT version, changes FROM entry WHERE contact = 'Hal' ORDER BY version DESC LIMIT 1;
DROP TRIGGER more ON contact;
-- One that invalidates the plans under way, and needs the same statements within itself.
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  GRANT SELECT ON crm.contact TO regress_history_eve;
  INSERT INTO crm.contact_phone (contact_id, position, entered)
  SELECT contact_id, OLD.version, 'again' FROM crm.contact WHERE first_name = CASE OLD.first_name WHEN 'Hal' THEN 'Dan' WHEN 'Dan' THEN 'Cat' END;
  RETURN NULL;
END $$;
CREATE TRIGGER again AFTER UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION again();
SELECT * FROM versions() WHERE name IN ('Cat', 'Dan', 'Hal');
INSERT INTO contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c5', 2, 'again');
INSERT INTO contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c5', 3, 'again');
SELECT * FROM versions() WHERE name IN ('Cat', 'Dan', 'Hal');
DROP TRIGGER again ON contact;

-- Misuse.
CREATE TABLE own (contact_id uuid, version int);
CREATE TRIGGER a AFTER UPDATE ON own FOR EACH ROW EXECUTE FUNCTION contacts.log_contact('change_log');
INSERT INTO own VALUES (NULL, 1);
UPDATE own SET version = 2;
CREATE OR REPLACE TRIGGER a AFTER UPDATE ON own FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_contact('change_log');
UPDATE own SET version = 2;
CREATE OR REPLACE TRIGGER a AFTER UPDATE ON own REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_contact();
UPDATE own SET version = 2;
CREATE OR REPLACE TRIGGER a AFTER UPDATE ON own REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_contact('change_log');
UPDATE own SET version = 2;
CREATE OR REPLACE TRIGGER a AFTER DELETE ON own FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_deletion('change_log');
DELETE FROM own;
CREATE OR REPLACE TRIGGER a AFTER DELETE ON own FOR EACH ROW EXECUTE FUNCTION contacts.delete_members('contact_group_member');
INSERT INTO own VALUES (NULL, 1);
DELETE FROM own;

CREATE TABLE other (contact_id uuid, version int, owner_id uuid, visibility text, shared_with uuid[], editable_by uuid[], custom jsonb);
CREATE TRIGGER a AFTER UPDATE ON other REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_contact('change_log');
CREATE TRIGGER b AFTER UPDATE ON other REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION contacts.propagate_access('contact_phone');
CREATE TRIGGER c AFTER DELETE ON other REFERENCING OLD TABLE AS o FOR EACH ROW EXECUTE FUNCTION contacts.log_deletion('change_log');
INSERT INTO other SELECT FROM generate_series(1, 6000);
UPDATE other SET visibility = 'company', custom = '3';
UPDATE other SET custom = '{"a": 1}';
DELETE FROM other;

-- Merged contacts go with the one that took their place, each told of with its parts; deleted in one statement with it or after it.
INSERT INTO contact (contact_id, first_name, visibility)
SELECT ('00000000-0000-7000-8000-0000000000f' || i)::uuid, 'Merged ' || i, 'company' FROM generate_series(1, 6) i;
INSERT INTO contact_phone (contact_id, position, label, number)
SELECT contact_id, 1, 'work', '+41446681800' FROM contact WHERE first_name LIKE 'Merged%';
UPDATE contact SET merged_into = ('00000000-0000-7000-8000-0000000000f' || right(first_name, 1)::int + 2)::uuid WHERE first_name ~ '^Merged [1-4]$';
DELETE FROM contact WHERE first_name IN ('Merged 4', 'Merged 5', 'Merged 6');
SELECT right(contact_id::text, 2) AS contact, version, changes -> 'phones' AS phones
  FROM change_log WHERE action = 'delete' AND contact_id::text LIKE '%f_' ORDER BY 1;

SET client_min_messages = warning;
RESET ROLE;
DROP SCHEMA crm CASCADE;
DROP ROLE regress_history, regress_history_ann, regress_history_eve;
