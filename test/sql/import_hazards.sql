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
-- D2: the same record twice: one contact where there is something to know it by, else what the product does: two.
SELECT records, inserted, unchanged FROM import_csv(pg_temp.file('Contact ID,Contact First Name,Contact Last Name', 'd2,A,Same', 'd2,A,Same'));
TABLE faults;
SELECT records, inserted, unchanged FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'B,Same,b@x.example', 'B,Same,b@x.example'), match_by => '{email}');
SELECT records, inserted, unchanged FROM import_csv(pg_temp.file('First Name,Last Name,Email', 'C,Same,c@x.example', 'C,Same,c@x.example'));
SELECT first_name, count(*) FROM contact WHERE last_name = 'Same' GROUP BY 1 ORDER BY 1;
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
