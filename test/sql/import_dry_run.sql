-- dry_run: the same result, nothing stored; limits that end an import; cancelling one.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_import;
SELECT contacts.create_directory('crm', 'regress_import') IS NULL AS failed;
SET ROLE regress_import;
SET search_path = crm;
CREATE TEMP VIEW run AS
  SELECT format, records, inserted, updated, unchanged, failed, blank, warnings, message FROM import_run ORDER BY import_id DESC LIMIT 1;
CREATE TEMP VIEW faults AS
  SELECT e.ordinal, e.line, e.record, e.severity, e.code, e.column_name, e.target, e.value, e.message, e.cells
    FROM import_error e WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1);
CREATE TEMP VIEW stored AS
  SELECT (SELECT count(*) FROM contact) AS contacts, (SELECT count(*) FROM contact_phone) AS phones,
         (SELECT count(*) FROM organization) AS organizations, (SELECT count(*) FROM contact_group) AS groups;
CREATE TABLE content AS
  SELECT convert_to(E'a title\nContact ID,Contact First Name,Contact Last Name,Contact Work Phone,Contact Title,Account ID,Account Name,Shoe Size\n'
    || string_agg(format('i%s,%s,%s,%s,%s,%s,%s,%s', CASE WHEN i % 500 = 0 THEN 1 ELSE i END, 'F' || i,
         CASE WHEN i % 300 <> 0 THEN 'L' END, '+1317555' || lpad((i % 10000)::text, 4, '0'), CASE WHEN i % 777 = 0 THEN 'joker' END,
         'a' || i % 7, 'A' || i % 7 || CASE WHEN i = 2000 THEN 'x' ELSE '' END, i), E'\n' ORDER BY i) || E'\n\n"open', 'UTF8') AS file
    FROM generate_series(1, 4500) i;
ALTER TABLE contact ADD CONSTRAINT no_joker CHECK (job_title <> 'joker');
ALTER TABLE contact ADD CONSTRAINT unique_nickname UNIQUE (nickname) DEFERRABLE INITIALLY DEFERRED;

SELECT records, inserted, updated, unchanged, failed, blank, warnings, message, options FROM import_csv((SELECT file FROM content), dry_run => true);
TABLE stored;
CREATE TEMP TABLE dry_run AS TABLE run;
CREATE TEMP TABLE dry_faults AS TABLE faults;
SELECT severity, code, count(*), min(line), max(line) FROM dry_faults GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*), min(length(line)) FROM error_file() AS line;
-- The import itself says the same, line by line.
SELECT records, inserted, updated, unchanged, failed, blank, warnings, message FROM import_csv((SELECT file FROM content));
SELECT (to_jsonb(r) - 'message') = (SELECT to_jsonb(d) - 'message' FROM dry_run d) AS same_counts FROM run r;
SELECT count(*) AS faults, count(*) FILTER (WHERE to_jsonb(f) = to_jsonb(d)) AS same FROM faults f FULL JOIN dry_faults d USING (ordinal);
TABLE stored;
-- Over what is there now: updates are told and not made.
SELECT unchanged, updated, inserted, failed FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\ni1,New,Name\ni2,F2,L2\nz,New,Name\n', 'UTF8'), dry_run => true);
SELECT first_name, version FROM contact WHERE external_id IN ('i1', 'i2', 'z') ORDER BY external_id;
-- A dry run that cannot begin, and one within a transaction of one's own.
SELECT * FROM import_csv('', dry_run => true);
BEGIN;
SELECT inserted FROM import_csv(format => 'cinnox', content => convert_to(E'Last Name\nX\n', 'UTF8'), dry_run => true);
SELECT inserted FROM import_csv(format => 'cinnox', content => convert_to(E'Last Name\nX\n', 'UTF8'));
SELECT lo_from_bytea(0, convert_to(E'Last Name\nX\nY\n', 'UTF8')) AS lo \gset
SELECT inserted FROM import_large_object(:lo, format => 'cinnox', dry_run => true);
SELECT count(*) FROM contact WHERE last_name IN ('X', 'Y');
ROLLBACK;

-- More faults than memory holds, in order.
SELECT failed, warnings FROM import_csv(format => 'cinnox', content => (SELECT convert_to(E'Last Name,Email\n' || string_agg(format(E'%s,%s\n', repeat('x', 200) || i, i), '' ORDER BY i), 'UTF8') FROM generate_series(1, 30000) i), dry_run => true);
SELECT count(*), count(*) FILTER (WHERE ordinal = record AND value = record::text AND cells[2] = value) AS right FROM faults WHERE severity = 'error';

-- Given up at so many errors: nothing is left.
DELETE FROM contact;
SELECT * FROM import_csv((SELECT file FROM content), max_errors => 10);
TABLE stored;
SELECT * FROM import_csv((SELECT file FROM content), max_errors => 0, dry_run => true);
SELECT failed FROM import_csv((SELECT file FROM content), max_errors => 1000);
SELECT * FROM import_csv('x', max_errors => -1);
-- Field size: a record with a larger one is an error.
SELECT records, inserted, failed FROM import_csv(format => 'cinnox', content => convert_to(format(E'First Name,Last Name\n%s,Long\nA,Short\n', repeat('x', 101)), 'UTF8'), max_field_bytes => 100);
SELECT line, code, message FROM faults;
SELECT * FROM import_csv('x', max_field_bytes => 0);
SELECT * FROM import_csv('x', max_field_bytes => 100000000);
-- Another escape character.
SELECT inserted FROM import_csv(format => 'cinnox', content => convert_to(E'First Name,Last Name\n"Escaped \\"quote\\"",E\n', 'UTF8'), escape => E'\\');
SELECT first_name FROM contact WHERE last_name = 'E';
-- Cancelled: nothing is left of it, whatever it had stored by then.
DELETE FROM contact;
DELETE FROM organization;
DELETE FROM import_run;
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.external_id = 'i4001' THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON contact FOR EACH ROW EXECUTE FUNCTION slow();
SET statement_timeout = '1500ms';
SELECT * FROM import_csv((SELECT file FROM content));
SELECT * FROM import_csv((SELECT file FROM content), dry_run => true);
RESET statement_timeout;
TABLE stored;
SELECT count(*) AS runs FROM import_run;
SELECT count(*) AS in_progress FROM import_progress;
DROP TRIGGER slow ON contact;

RESET ROLE;
SET client_min_messages = warning;
DROP OWNED BY regress_import CASCADE;
DROP ROLE regress_import;
