SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

-- An ordinary role owns the directory and does everything.
CREATE ROLE regress_import;
SELECT contacts.create_directory('crm', 'regress_import') IS NULL AS failed;
SET ROLE regress_import;
SET search_path = crm;
-- Contacts at a glance.
CREATE TEMP VIEW glance AS
  SELECT concat_ws(' ', c.name_prefix, c.first_name, c.middle_name, c.last_name) AS name, c.external_id AS id,
         (SELECT string_agg(concat_ws(' ', p.label, p.number::text, '"' || p.entered || '"',
                                      CASE WHEN p.accepts_sms THEN 'sms' WHEN NOT p.accepts_sms THEN 'no sms' END),
                            ', ' ORDER BY p.position)
            FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT string_agg(concat_ws(' ', p.label, p.address::text), ', ' ORDER BY p.position)
            FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails
    FROM contact c ORDER BY c.contact_id;
CREATE TEMP VIEW faults AS
  SELECT e.line, e.record, e.severity, e.code, e.column_name, e.target, e.message
    FROM import_error e WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1)
   ORDER BY e.ordinal;

-- COPY to a format's view, as psql's \copy sends it.
COPY csv_8x8 FROM STDIN WITH (FORMAT csv, HEADER);
Contact.FirstName,User.LastName,NickName,Contact.Title,Contact.Department,Contact.Location,Contact.PhoneNumber,Contact.Emails,Contact.Custom.Field1,Contact.Custom.Field2,Contact.Custom.Field3,Contact.ContactID
Ann,Archer,,,,,+12345678901 WORK: +447890123456 MOBILE,ann@archer.example,,,,
,Nameless,,,,,,,,,,
,,,,,,,,,,,
  ,,,,,,,,,,,
Ben,Baker,,,,,+41446681800 WORK,not an address,,,,
\.
SELECT format, file_name, records, inserted, failed, blank, options, header FROM import_run;
SELECT * FROM faults;
SELECT * FROM error_file();
COPY csv_cinnox FROM STDIN WITH (FORMAT csv, HEADER MATCH);
First Name,Last Name,Type,Level,Company,Job Title,Department,Birth Date,Language,Group,Mobile,Work,Home,Other,Email,Other Email,Street,City,State,ZIP code,Country,Facebook,WhatsApp,WeChat,Twitter,LinkedIn,Error Detail
Cem,Can,,,Acme,,,12/14/1980,,VIP,+85212345678,,,,,,,,,,,,,,,,"Mobile: it was wrong"
\.
COPY csv_genesys ("Contact ID", "Contact First Name", "Contact Last Name", "Account ID", "Account Name") FROM STDIN WITH (FORMAT csv);
c1,Dan,Dean,a1,Acme
,,,a2,Beta
\.
SELECT * FROM glance;
-- And back out.
COPY (SELECT "Contact.FirstName", "User.LastName", "Contact.PhoneNumber" FROM csv_8x8) TO STDOUT WITH (FORMAT csv, HEADER);

-- What COPY itself refuses stops the whole COPY, and nothing of it stays.
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv);
Eve,Eden
Fay,Fox,surplus
\.
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv, HEADER MATCH);
First Name,Last Name
Eve,Eden
\.
SELECT count(*) FROM contact;
SELECT count(*) FROM import_run;

-- Inside a transaction: a failed COPY takes its rows with it, a good one after it is not disturbed.
BEGIN;
SAVEPOINT before;
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv);
Eve,Eden
Fay
\.
ROLLBACK TO before;
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv);
Gus,Guy
\.
SAVEPOINT inner_one;
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv);
Hal,Hill
\.
ROLLBACK TO inner_one;
RELEASE before;
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv);
Ida,Irk
\.
COMMIT;
SELECT first_name FROM contact WHERE first_name IN ('Eve', 'Fay', 'Gus', 'Hal', 'Ida') ORDER BY 1;
SELECT records, inserted FROM import_run ORDER BY import_id DESC LIMIT 2;
BEGIN;
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv);
Eve,Eden
Fay
\.
ROLLBACK;
COPY csv_8x8 ("Contact.FirstName", "User.LastName") FROM STDIN WITH (FORMAT csv);
Jo,Jones
\.

-- INSERT does what COPY does: one statement, one import.
INSERT INTO csv_8x8 ("Contact.FirstName", "User.LastName", "Contact.PhoneNumber")
SELECT 'Kim', 'Nr' || i, '+4144668' || 1000 + i || ' WORK' FROM generate_series(1, 5) i;
INSERT INTO csv_8x8 ("Contact.FirstName", "User.LastName") VALUES ('Lea', 'Lutz'), (NULL, 'Nobody') RETURNING "User.LastName";
INSERT INTO csv_8x8 DEFAULT VALUES;
INSERT INTO csv_8x8 ("Contact.FirstName") SELECT 'x' WHERE false;
SELECT format, records, inserted, failed, blank FROM import_run ORDER BY import_id DESC LIMIT 4;
-- One statement that writes to several views: as many imports, which end together.
WITH a AS (INSERT INTO csv_8x8 ("Contact.FirstName", "User.LastName") VALUES ('Mia', 'May') RETURNING 1),
     b AS (INSERT INTO csv_cinnox ("Last Name") VALUES ('Ney') RETURNING 1),
     c AS (INSERT INTO csv_8x8 ("Contact.FirstName", "User.LastName") VALUES ('Max', 'May') RETURNING 1)
SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT count(*) FROM c);
SELECT format, records, inserted FROM import_run ORDER BY import_id DESC LIMIT 2;
-- An exception block is a subtransaction.
DO $$
BEGIN
  BEGIN
    INSERT INTO crm.csv_8x8 ("Contact.FirstName", "User.LastName") SELECT 'Ned', CASE WHEN i < 3 THEN 'Nox' ELSE (1 / (3 - i))::text END FROM generate_series(1, 3) i;
  EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'caught';
  END;
  INSERT INTO crm.csv_8x8 ("Contact.FirstName", "User.LastName") VALUES ('Oli', 'Ost');
END $$;
SELECT first_name FROM contact WHERE first_name IN ('Ned', 'Oli');
-- Not for other commands, and the trigger function for nothing else.
UPDATE csv_8x8 SET "NickName" = 'x';
DELETE FROM csv_8x8;
CREATE TABLE elsewhere (a text);
CREATE TRIGGER t BEFORE INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION contacts.import_view('8x8', 'contact');
INSERT INTO elsewhere VALUES ('x');
DROP TABLE elsewhere;
SELECT * FROM contacts.import_batch('contact_insert') AS b(contact_id uuid);
-- Without its last trigger an import does not end, and says so.
BEGIN;
DROP TRIGGER import_end ON csv_8x8;
INSERT INTO csv_8x8 ("Contact.FirstName", "User.LastName") VALUES ('Una', 'Ude');
COMMIT;
-- A view of the DBA's over the same table, of an unknown format.
CREATE VIEW csv_own AS SELECT first_name AS "A" FROM contact;
CREATE TRIGGER b BEFORE INSERT ON csv_own FOR EACH STATEMENT EXECUTE FUNCTION contacts.import_view('own', 'contact');
CREATE TRIGGER r INSTEAD OF INSERT ON csv_own FOR EACH ROW EXECUTE FUNCTION contacts.import_view('own', 'contact');
INSERT INTO csv_own VALUES ('x');
DROP VIEW csv_own;

-- A large object, of whoever may read it.
SELECT lo_from_bytea(0, convert_to(E'Contact.FirstName,User.LastName\nPia,Paul\nQi,\n', 'UTF8')) AS loid \gset
SELECT format, file_name, records, inserted, failed FROM import_large_object(:loid, file_name => 'pia.csv');
SELECT lo_unlink(:loid);
SELECT error IS NULL AS missing FROM (SELECT import_id::text AS error FROM import_large_object(0)) x;
RESET ROLE;
SELECT lo_from_bytea(0, convert_to(E'Contact.FirstName,User.LastName\nPia,Paul\n', 'UTF8')) AS loid \gset
SET ROLE regress_import;
\set VERBOSITY sqlstate
SELECT * FROM import_large_object(:loid);
\set VERBOSITY default
RESET ROLE;
SELECT lo_unlink(:loid);
SET ROLE regress_import;

-- A file of the server, for roles that may read those. Its name is remembered, not its path.
SELECT * FROM import_file('contacts.csv');
RESET ROLE;
GRANT pg_read_server_files TO regress_import;
COPY (SELECT 'Contact.FirstName,User.LastName' UNION ALL SELECT 'Rex,Roy') TO PROGRAM 'cat > regress_import.csv';
SET ROLE regress_import;
SELECT format, file_name, records, inserted FROM import_file('./regress_import.csv');
SELECT * FROM import_file('no_such_regress_import.csv');
SELECT * FROM import_file('base');
SELECT * FROM import_file('');
RESET ROLE;
REVOKE pg_read_server_files FROM regress_import;
COPY (SELECT 1) TO PROGRAM 'rm regress_import.csv';
SET ROLE regress_import;

-- Limits and options.
SELECT * FROM import_csv('a,b', max_bytes => 2);
SELECT * FROM import_csv(repeat('a', 70000)::bytea, max_bytes => 70000);
SELECT * FROM import_csv('x', format => 'no-such');
SELECT * FROM import_csv('x', mode => 'replace');
SELECT * FROM import_csv('x', empty_cells => 'drop');
SELECT * FROM import_csv('x', visibility => 'secret');
SELECT * FROM import_csv('x', delimiter => 'ü');
SELECT * FROM import_csv('x', delimiter => '"');
SELECT * FROM import_csv('x', quote => 'ü');
SELECT * FROM import_csv('x', encoding => 'klingon');
SELECT * FROM import_csv('x', default_region => 'XX');
SELECT * FROM import_csv('x', max_bytes => -1);
SELECT * FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nRex,Roy\n', 'UTF8'), owner => 'nobody');
SELECT * FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nRex,Roy\n', 'UTF8'), visibility => 'personal');
SELECT contacts.import_content('contact', 'x', '{"color": "red"}');
SELECT contacts.import_content('contact', 'x', '{"mode": ["insert"]}');
SELECT contacts.import_content('contact', 'x', '[]');
SELECT contacts.import_content(0, 'x', '{}');
SELECT contacts.import_content(NULL, 'x', '{}');
SELECT * FROM import_csv(NULL);
SELECT * FROM import_large_object(NULL);
SELECT * FROM import_file(NULL);
INSERT INTO staff (login, display_name) VALUES ('rita', 'Rita');
SELECT format, inserted, options FROM import_csv(convert_to(E'Contact.FirstName|User.LastName|Contact.PhoneNumber\nRex|Roy|044 668 18 00 WORK\n', 'UTF8'),
  format => '8x8', mode => 'insert', default_region => 'CH', encoding => 'UTF-8', delimiter => '|', quote => '''', empty_cells => 'clear',
  visibility => 'personal', owner => 'rita', strict => true, file_name => 'rex.csv', max_bytes => 1000);
SELECT c.visibility, s.login, p.visibility, p.owner_id = c.owner_id AS same_owner, p.number
  FROM contact c JOIN staff s ON s.staff_id = c.owner_id JOIN contact_phone p USING (contact_id);

-- Every import accounted for every record.
SELECT count(*) FILTER (WHERE inserted + updated + unchanged + failed + blank <> records) AS wrong,
       count(*) FILTER (WHERE finished_at IS NULL) AS unfinished
  FROM import_run;
SELECT count(*) AS orphans FROM import_error e WHERE NOT EXISTS (SELECT FROM import_run r WHERE r.import_id = e.import_id);

DROP VIEW glance, faults;
RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_import;
