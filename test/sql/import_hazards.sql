-- What repetition does to an import (hazards D1 to D7; D6, imports at once, is in test/specs/import.spec), and what stands for
-- nothing in a cell (V19). Hazards of bytes, structure and values are in test/unit/csv_hazard_test.cpp and
-- test/unit/format_value_test.cpp, by their numbers.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_hazards;
SELECT contacts.create_directory('crm', 'regress_hazards') IS NULL AS failed;
SET ROLE regress_hazards;
SET search_path = crm;
CREATE TEMP VIEW faults AS
  SELECT e.line, e.severity, e.code, e.column_name FROM import_error e
   WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1) ORDER BY e.ordinal;
CREATE FUNCTION pg_temp.file(VARIADIC lines text[]) RETURNS bytea LANGUAGE sql AS $$ SELECT convert_to(array_to_string(lines, E'\n') || E'\n', 'UTF8') $$;

-- D1: one ID twice in a file: in order, the later record wins, with a warning; under strict it is an error.
SELECT records, inserted, updated, unchanged, failed, warnings
  FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name', 'd1,One,Dup', 'd1,Two,Dup'));
TABLE faults;
SELECT first_name FROM contact WHERE external_id = 'd1';
SELECT records, updated, failed FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name', 'd1,Three,Dup', 'd1,Four,Dup'), strict => true);
TABLE faults;
SELECT first_name FROM contact WHERE external_id = 'd1';
-- D2: the same record twice is one contact, with a warning: by what it is known by, else by all of its cells.
SELECT records, inserted, unchanged FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name', 'd2,A,Same', 'd2,A,Same'));
TABLE faults;
SELECT records, inserted, unchanged FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'B,Same,b@x.example', 'B,Same,b@x.example'), match_by => '{email}');
CREATE TEMP VIEW repeats AS
  SELECT e.line, e.record, e.severity, e.code, e.column_name AS col, e.message, e.cells FROM import_error e
   WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1) ORDER BY e.ordinal;
SELECT format, records, inserted, unchanged, warnings, message
  FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'C,Same,c@x.example', 'D,Same,c@x.example', 'C,Same,c@x.example', '', '"C","Same",c@x.example', 'C,Same,c@x.example '));
TABLE repeats;
SELECT format, records, inserted, unchanged, warnings FROM import_csv(pg_temp.file('Last Name,Level,Mobile', 'E Same,,', 'E Same,', 'E Same', 'E Same,Primary'), format => 'cinnox');
TABLE repeats;
-- What ends where counts.
SELECT inserted, unchanged FROM import_csv(pg_temp.file('First Name,Last Name,Nickname', 'F,Same,', ',F,Same', 'F,,Same', 'F,Sam,e'), format => 'generic');
-- A file with IDs, in some records; each column of a criterion, in some.
SELECT format, records, inserted, unchanged FROM import_csv(pg_temp.file('Contact.FirstName,User.LastName,Contact.ContactID', 'Gg,Same,', 'Gg,Same,', 'Gg,Same,', 'Hh,Same,'), visibility => 'company');
TABLE repeats;
SELECT inserted, unchanged, failed FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name', 'd3,I,Same', ',I,Same', ',I,Same'));
TABLE repeats;
SELECT inserted, unchanged FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'J,Same,', 'J,Same,', 'J,Same,j@x.example', 'J,Same,j@x.example'), format => 'generic', match_by => '{email}');
SELECT record, message FROM repeats;
-- What cannot be read or is not valid is an error each time.
SELECT inserted, unchanged, failed FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'K,Same,bad', 'K,Same,bad'), format => 'cinnox');
-- As asked: each time a contact; an error; and where nothing is known by which the directory could be searched, no more.
SELECT inserted, unchanged, failed FROM import_csv(pg_temp.file('First Name,Last Name', 'L,Same', 'L,Same', 'L,Same'), format => 'cinnox', on_duplicate => 'insert');
SELECT inserted, unchanged, failed, message FROM import_csv(pg_temp.file('First Name,Last Name', 'Mm,Same', 'Mm,Same', 'Nn,Same', 'Mm,Same'), format => 'cinnox', strict => true);
SELECT record, severity, message FROM repeats;
SELECT * FROM error_file();
SELECT inserted, unchanged, failed FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'O,Same,', 'O,Same,'), format => 'generic', match_by => '{email}', on_duplicate => 'error');
SELECT record, severity, message FROM repeats;
SELECT inserted, unchanged, failed FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'P,Same,', 'P,Same,'), format => 'generic', match_by => '{email}', on_duplicate => 'skip', strict => true);
SELECT record, severity, message FROM repeats;
SELECT * FROM import_csv(pg_temp.file('First Name,Last Name', 'L,Same'), format => 'cinnox', on_duplicate => 'skip');
-- A dry run says what the import says.
SELECT inserted, unchanged, warnings FROM import_csv(pg_temp.file('First Name,Last Name', 'Q,Same', 'Q,Same', 'R,Same'), format => 'cinnox', dry_run => true);
SELECT record, message FROM repeats;
SELECT inserted, unchanged, warnings FROM import_csv(pg_temp.file('First Name,Last Name', 'Q,Same', 'Q,Same', 'R,Same'), format => 'cinnox');
-- Written to a view.
COPY csv_cinnox ("First Name", "Last Name") FROM stdin (FORMAT csv);
S,Same
T,Same
S,Same
\.
TABLE repeats;
INSERT INTO csv_8x8 ("Contact.FirstName", "User.LastName") VALUES ('Uu', 'Same'), ('Uu', 'Same'), ('Uu', 'Other'), ('Uu', 'Same');
SELECT record, message FROM repeats;
-- vCards without a UID.
SELECT format, records, inserted, unchanged FROM import_csv(convert_to(E'BEGIN:VCARD\nN:Same;V;;;\nNOTE:v\nEND:VCARD\nBEGIN:VCARD\nN:Same;V;;;\nEND:VCARD\nBEGIN:VCARD\r\nN:Same;V;;;\r\nNOTE:v\r\nEND:VCARD\n', 'UTF8'));
SELECT line, record, message FROM repeats;
SELECT first_name, nickname, count(*) FROM contact WHERE last_name IN ('Same', 'E Same') GROUP BY 1, 2 ORDER BY 1, 2;
-- Batches apart, with and without records that the database refuses: a record that repeats one which was refused is tried and refused
-- itself.
ALTER TABLE contact ADD CONSTRAINT no_bad CHECK (job_title <> 'Bad');
CREATE FUNCTION pg_temp.apart(title text) RETURNS bytea LANGUAGE sql AS $$
  SELECT pg_temp.file(VARIADIC array_agg(l ORDER BY n))
    FROM (SELECT 0, 'Last Name,Job Title'
          UNION ALL SELECT i, CASE WHEN i IN (10, 11, 1900, 4500, 7000) THEN 'Far,' || title
                                   WHEN i IN (5, 12, 5000) THEN 'Far,Well' ELSE format('Far %s,', i) END FROM generate_series(1, 7000) i) AS t(n, l) $$;
SELECT records, inserted, unchanged, failed, warnings FROM import_csv(pg_temp.apart('Good'), format => 'cinnox');
SELECT record, line, code, message FROM repeats;
SELECT count(*) FROM contact WHERE last_name = 'Far';
SELECT records, inserted, unchanged, failed, warnings FROM import_csv(pg_temp.apart('Bad'), format => 'cinnox', dry_run => true);
SELECT records, inserted, unchanged, failed, warnings FROM import_csv(pg_temp.apart('Bad'), format => 'cinnox');
SELECT record, line, severity, code, message FROM repeats;
SELECT * FROM error_file();
ALTER TABLE contact DROP CONSTRAINT no_bad;
SELECT inserted, unchanged, failed FROM import_csv(convert_to((SELECT string_agg(e, E'\n') FROM error_file() e), 'UTF8'), format => 'cinnox');
DELETE FROM contact WHERE last_name LIKE 'Far%';
-- D3: two criteria that mean different contacts: nothing is changed.
SELECT failed, inserted FROM import_csv(pg_temp.file('First Name,Last Name,Email,Mobile Phone', 'P,Phone,,+41796681800', 'M,Mail,m@x.example,'), format => 'generic');
SELECT failed, updated FROM import_csv(pg_temp.file('First Name,Last Name,Email,Mobile Phone', 'Q,Both,m@x.example,+41796681800'), format => 'generic', match_by => '{email,phone}');
TABLE faults;
SELECT count(*) AS changed FROM contact WHERE last_name = 'Both';
-- D4: an error file has what failed alone; corrected, with its error column, it is as if it had been right at first.
SELECT records, inserted, failed FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'Good,Error,g@x.example', 'Bad,Error,bad', '=Sum,Error,bad'), format => 'cinnox');
SELECT * FROM error_file();
SELECT records, inserted, failed FROM import_csv(convert_to((SELECT string_agg(replace(e, ',bad,', ',good@x.example,'), E'\n') FROM error_file() e), 'UTF8'), format => 'cinnox');
SELECT first_name, custom FROM contact WHERE last_name = 'Error' ORDER BY 1;
-- D5: the same file twice changes nothing where contacts are known by something, for CINNOX they are others.
SELECT inserted, updated, unchanged FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name', 'd5,A,Twice', 'd6,B,Twice'));
SELECT inserted, updated, unchanged FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name', 'd5,A,Twice', 'd6,B,Twice'));
SELECT inserted, updated, unchanged FROM import_csv(pg_temp.file('Last Name,Level', 'Thrice,Primary'), format => 'cinnox');
SELECT inserted, updated, unchanged FROM import_csv(pg_temp.file('Last Name,Level', 'Thrice,Primary'), format => 'cinnox');
-- HubSpot's report knows its contacts also without an e-mail address.
SELECT inserted FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'No,Mail,'), format => 'hubspot');
SELECT records - unchanged AS not_unchanged FROM import_csv(convert_to((SELECT string_agg(e, E'\n') FROM export_csv('hubspot') e), 'UTF8'), format => 'hubspot');
-- D7: one organization with different details: the later record wins, with a warning.
SELECT inserted, failed, warnings FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name,Account ID,Account Name,Account Industry',
  'd7,A,Org,a7,Acme,Toys', 'd8,B,Org,a7,Acme,Tools'));
TABLE faults;
SELECT name, industry FROM organization WHERE external_id = 'a7';

-- V19: what stands for nothing, if somebody says so; a value that was guarded is one.
SELECT inserted, failed, options -> 'null_strings' AS null_strings
  FROM import_csv(pg_temp.file('First Name,Last Name,Nickname,Job Title,Email', 'N/A,Null,n/a,''-,-', 'Ann,Null,"a, b",none,N/A'), format => 'generic',
                  null_strings => '{N/A,-,"a, b"}');
TABLE faults;
SELECT first_name, nickname, job_title FROM contact WHERE last_name = 'Null' ORDER BY 1 NULLS FIRST;
INSERT INTO import_profile (name, format, options) VALUES ('dashes', 'generic', '{"null_strings": ["--", "n.a."]}');
SELECT inserted, options -> 'null_strings' AS null_strings FROM import_csv(pg_temp.file('First Name,Last Name,Nickname', '--,Dashes,N.A.'), format => 'dashes');
SELECT first_name, nickname FROM contact WHERE last_name = 'Dashes';

-- Every import accounted for every record.
SELECT count(*) FILTER (WHERE inserted + updated + unchanged + failed + blank <> records) AS wrong FROM import_run;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET ROLE;
DROP OWNED BY regress_hazards;
DROP ROLE regress_hazards;
