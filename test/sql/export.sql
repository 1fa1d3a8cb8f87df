SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

-- Marks: what begins like a formula, what has white space around it, and what looks as if it were marked.
SELECT value, contacts.csv_guard(value) AS guarded, contacts.csv_escape(value) AS escaped
  FROM unnest(ARRAY['=1+1', '+85223456789', '-', '@x', ' =x', E'\t=x', 'x ', '''=1', '''''+1', '''Tis', 'O''Brien', '''',
                    '＝1', 'plain']) AS value;
SELECT cell, '[' || contacts.csv_value(cell) || ']' AS value
  FROM unnest(ARRAY['''+852', ' plain ', '''Tis ', ''' x', '''x ''', '''''=1', '''']) AS cell;
-- Every text of a few dangerous characters survives, guarded or escaped.
WITH RECURSIVE text AS (
  SELECT '' AS value, 0 AS length
  UNION ALL
  SELECT value || letter, length + 1
    FROM text, unnest(ARRAY['''', ' ', '=', '+', '-', '@', E'\t', E'\r', E'\n', '"', ',', 'a', U&'\00A0', U&'\FF1D']) AS letter
   WHERE length < 3
)
SELECT count(*) AS texts,
       count(*) FILTER (WHERE contacts.csv_value(contacts.csv_guard(value)) <> value) AS guard_lost,
       count(*) FILTER (WHERE contacts.csv_value(contacts.csv_escape(value)) <> value) AS escape_lost,
       count(*) FILTER (WHERE contacts.csv_guard(value) ~ U&'^[-=+@\0009\000A\000D\FF1D]') AS formulas
  FROM text;

SELECT contacts.csv_record(ARRAY['a', NULL, '', 'b "c"', 'd;e', E'f\ng', ' h']), contacts.csv_record(ARRAY['a', 'b;c'], ';'),
       contacts.csv_record(ARRAY['']), contacts.csv_record('{}'), contacts.csv_record(NULL);
SELECT contacts.csv_guarded_record(ARRAY['=1', '''=1', ' +2', 'x', NULL, E'\tx']);

CREATE ROLE regress_export;
CREATE ROLE regress_export_reader;
SELECT contacts.create_directory('crm', 'regress_export') IS NULL AS failed,
       contacts.create_directory('crm2', 'regress_export') IS NULL AS failed;
SET ROLE regress_export;
SET search_path = crm;

-- Nasty values in every field of an 8x8 contact: out and in again, through each door, nothing changes.
CREATE TEMP TABLE nasty AS
  WITH piece(p) AS (SELECT unnest(ARRAY['=', '+', '-', '@', E'\t', E'\r', E'\n', '''', '"', ',', ';', ' ', '|', ':', E'\\', '＝', U&'\00A0', U&'\200B', 'é']))
  SELECT DISTINCT value
    FROM (SELECT a.p || b.p || 'x' FROM piece a, piece b
          UNION ALL SELECT a.p || 'x' || b.p FROM piece a, piece b
          UNION ALL SELECT a.p || b.p FROM piece a, piece b
          UNION ALL SELECT p FROM piece
          UNION ALL VALUES ('=SUM(A1:A10)'), ('@SUM(A1)'), ('-100'), ('=cmd|'' /C calc''!A0'), ('''''''+1'), ('"'), ('""'),
                           ('sep=;'), ('NULL'), ('\N'), ('\.'), ('true'), ('0'), ('00123'), ('8.5E+11'), ('#N/A'), ('="x"')) AS v(value);
WITH n AS (SELECT value, row_number() OVER (ORDER BY value COLLATE "C") AS i FROM nasty),
     added AS (
       INSERT INTO contact (first_name, last_name, nickname, job_title, department, location, custom)
       SELECT value, value, CASE WHEN i % 3 = 0 THEN value END, value, value, value,
              jsonb_build_object('field1', value, 'field3', 'x' || value)
         FROM n RETURNING contact_id, last_name)
INSERT INTO contact_phone (contact_id, position, label, number)
SELECT contact_id, 1, 'mobile', '+41796681800'::contacts.phone FROM added;
INSERT INTO contact_email (contact_id, position, label, address)
SELECT contact_id, 1, 'work', 'o''brien+x@mail.example' FROM contact WHERE nickname IS NULL;
CREATE TEMP VIEW values_here AS
  SELECT first_name, last_name, nickname, job_title, department, location, custom,
         (SELECT array_agg((p.label, p.number, p.entered)::text ORDER BY position) FROM crm.contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT array_agg((p.label, p.address)::text ORDER BY position) FROM crm.contact_email p WHERE p.contact_id = c.contact_id) AS emails
    FROM crm.contact c;
CREATE TEMP VIEW values_there AS
  SELECT first_name, last_name, nickname, job_title, department, location, custom,
         (SELECT array_agg((p.label, p.number, p.entered)::text ORDER BY position) FROM crm2.contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT array_agg((p.label, p.address)::text ORDER BY position) FROM crm2.contact_email p WHERE p.contact_id = c.contact_id) AS emails
    FROM crm2.contact c;
CREATE FUNCTION pg_temp.file(rows text[]) RETURNS bytea LANGUAGE sql AS $$ SELECT convert_to(array_to_string(rows, E'\r\n') || E'\r\n', 'UTF8') $$;
-- Into the same directory: the records have IDs, and nothing is news.
SELECT guard, (SELECT r.records - r.unchanged FROM crm.import_csv(pg_temp.file(ARRAY(SELECT crm.export_csv('8x8', guard)))) AS r) AS not_unchanged
  FROM unnest(ARRAY[true, false]) AS guard;
-- Into another one, without IDs.
SELECT contacts.csv_record((r.cells)[:11] || NULL::text) AS cut INTO TEMP TABLE without_id FROM contacts.read_csv(pg_temp.file(ARRAY(SELECT export_csv('8x8'))), ',') AS r;
SELECT r.records = n.count AS all_records, r.failed, r.inserted = n.count AS all_inserted
  FROM crm2.import_csv(pg_temp.file(ARRAY(SELECT cut FROM without_id)), format => '8x8') AS r, (SELECT count(*) FROM nasty) AS n;
SELECT count(*) AS lost FROM (TABLE values_here EXCEPT ALL TABLE values_there) AS x;
-- From view to view.
SET client_min_messages = warning;
TRUNCATE crm2.contact CASCADE;
RESET client_min_messages;
INSERT INTO crm2.csv_8x8 SELECT "Contact.FirstName", "User.LastName", "NickName", "Contact.Title", "Contact.Department", "Contact.Location",
                                "Contact.PhoneNumber", "Contact.Emails", "Contact.Custom.Field1", "Contact.Custom.Field2", "Contact.Custom.Field3"
                           FROM crm.csv_8x8;
SELECT count(*) AS lost FROM (TABLE values_here EXCEPT ALL TABLE values_there) AS x;
-- The export reads what the view reads, of all parts.
SELECT inserted FROM import_csv(convert_to(E'First Name,Last Name,Type,Level,Company,Group,Mobile,Work,Other,Email,Street,City,Country,Facebook,Twitter\n'
  'Ann,All,Lead,Primary,=ACME,b;a,+41796681800,+41446681800,+41446681801,a@x.example,1 Main St,Zürich,Switzerland,=fb,@tw\n'
  'Bob,Bare,,,,,,,,,,,,,\n', 'UTF8'));
SELECT inserted FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Contact Work Phone Extension,Contact Work Phone Accepts SMS,Contact Cell Phone,Contact Cell Phone Accepts SMS,Contact Address 1,Contact City,Account ID,Account Name,Account Tags\n'
  'g-1,Gen,Esys,+14186569254,12,true,+14186569255,false,1 Main,Town,acc-1,Acc,x;y\n', 'UTF8'));
CREATE FUNCTION pg_temp.differences(format text, view text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  rows text[];
BEGIN
  EXECUTE format('SELECT array_agg(contacts.csv_record(ARRAY[%s]::text[])) FROM crm.%I',
                 (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                    FROM pg_attribute a WHERE a.attrelid = ('crm.' || quote_ident(view))::regclass AND a.attnum > 0), view) INTO rows;
  RETURN (SELECT count(*) FROM (SELECT unnest(rows) EXCEPT ALL SELECT * FROM crm.export_csv(format, false) OFFSET 0) AS x)
       + (SELECT count(*) - 1 FROM (SELECT * FROM crm.export_csv(format, false) EXCEPT ALL SELECT unnest(rows)) AS x);
END
$$;
SELECT f.format, pg_temp.differences(f.format, coalesce(t.relname, 'csv_' || f.format)) AS differences
  FROM (SELECT DISTINCT format FROM contacts.format_field()) AS f
  LEFT JOIN pg_class t ON t.relnamespace = 'crm'::regnamespace AND t.relname = 'csv_' || f.format || '_template'
 WHERE f.format <> 'vcard' ORDER BY f.format COLLATE "C";

-- An error file: guarded, and imported again after correction the same as if it had been right at first.
SELECT inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,NickName,Contact.Title,Contact.Emails\n=A,''=B,'' C,  +D,bad\n', 'UTF8'));
SELECT * FROM error_file();
SELECT * FROM error_file(guard => false);
SELECT inserted, failed FROM import_csv(convert_to((SELECT replace(string_agg(e, E'\n'), ',bad,', ',good@x.example,') FROM error_file() e), 'UTF8'));
SELECT inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,NickName,Contact.Title,Contact.Emails\n=A,''=B,'' C,  +D,good@x.example\n', 'UTF8'));
SELECT DISTINCT first_name, last_name, '[' || nickname || ']' AS nickname, '[' || job_title || ']' AS job_title
  FROM contact WHERE first_name = '=A' AND last_name = '=B';

-- Streams: a cursor, a limit, nothing left open; other formats; merged contacts are not shown.
SELECT count(*) FROM (SELECT export_csv('8x8') LIMIT 2) AS x;
BEGIN;
DECLARE c CURSOR FOR SELECT export_csv('cinnox');
MOVE 1118 IN c;
FETCH 2 FROM c;
CLOSE c;
SELECT count(*) FROM pg_cursors;
COMMIT;
SELECT count(*) FROM export_csv('genesys');
\set VERBOSITY terse
SELECT export_csv('no-such');
\set VERBOSITY default
SELECT count(*) FROM export_csv(NULL);
SELECT * FROM csv_template('8x8');
-- A header cell is marked and unmarked as any other.
SELECT failed FROM import_csv(convert_to(E'First Name,Last Name,=x,Mobile\nA,,y,\n', 'UTF8'), format => 'cinnox');
SELECT * FROM error_file();
CREATE TEMP TABLE guarded AS SELECT * FROM error_file() AS line;
SELECT failed FROM import_csv(convert_to((SELECT string_agg(line, E'\n') FROM guarded), 'UTF8'), format => 'cinnox');
SELECT count(*) AS lines, count(*) FILTER (WHERE line NOT IN (TABLE guarded)) AS changed FROM error_file() AS line;
SELECT header FROM import_run ORDER BY import_id DESC LIMIT 1;
RESET search_path;
-- Who may see contacts may not yet take them away in one piece.
SELECT crm.enroll('regress_export_reader', 'Reader', '{view}') IS NOT NULL AS enrolled;
RESET ROLE;
SET ROLE regress_export_reader;
SELECT count(*) FROM crm.export_csv('8x8');
SELECT crm.csv_template('8x8');
SELECT count(*) >= 0 AS reads FROM crm.csv_8x8;
RESET ROLE;
SET ROLE regress_export;
SELECT crm.enroll('regress_export_reader', 'Reader', '{view,export}') IS NOT NULL AS enrolled;
RESET ROLE;
SET ROLE regress_export_reader;
SELECT count(*) > 0 AS exports FROM crm.export_csv('8x8');
SELECT left(crm.csv_template('8x8'), 30) AS template;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP SCHEMA crm2 CASCADE;
DROP OWNED BY regress_export;
DROP ROLE regress_export;
DROP ROLE regress_export_reader;
