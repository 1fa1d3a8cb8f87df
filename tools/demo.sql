-- A tour of the import, run by tools/demo in an empty database: a directory, four files of three products, what went
-- wrong and why, the failed rows corrected and imported again, a report. Paths are relative to the project.
\set ON_ERROR_STOP on
\set QUIET on
\set VERBOSITY terse
\pset footer off

\echo
\echo '*** The extension, and a directory in schema crm whose owner is an ordinary role'
CREATE EXTENSION contacts;
CREATE ROLE crm_owner LOGIN;
SELECT contacts.create_directory('crm', 'crm_owner') \g /dev/null
SET ROLE crm_owner;

\echo
\echo '*** A file of each product; the format is found by its header'

\set content `base64 -w0 test/data/demo/8x8.csv`
SELECT import_id AS run_8x8
  FROM crm.import_csv(decode(:'content', 'base64'), file_name => '8x8.csv') \gset
\set content `base64 -w0 test/data/demo/8x8-legacy.csv`
SELECT import_id AS run_legacy
  FROM crm.import_csv(decode(:'content', 'base64'), file_name => '8x8-legacy.csv') \gset
\set content `base64 -w0 test/data/demo/cinnox.csv`
SELECT import_id AS run_cinnox
  FROM crm.import_csv(decode(:'content', 'base64'), file_name => 'cinnox.csv') \gset
\set content `base64 -w0 test/data/demo/genesys.csv`
SELECT import_id AS run_genesys
  FROM crm.import_csv(decode(:'content', 'base64'), file_name => 'genesys.csv') \gset

\echo
\echo '*** Every record is accounted for: inserted + updated + unchanged + failed + blank = records'
SELECT file_name, format, records, inserted, updated, unchanged, failed, blank, warnings
  FROM crm.import_run ORDER BY started_at;

\pset format unaligned
\pset tuples_only on
\echo
\echo '*** What failed, and by which rule'
SELECT format('%s, line %s, %s: %s [%s]', r.file_name, e.line, e.column_name, e.message, e.code)
  FROM crm.import_error AS e JOIN crm.import_run AS r USING (import_id)
 WHERE e.severity = 'error' ORDER BY r.started_at, e.line, e.column_name;

\echo
\echo '*** What was taken with a warning'
SELECT format('%s, line %s%s: %s [%s]', r.file_name, e.line, ', ' || e.column_name, e.message, e.code)
  FROM crm.import_error AS e JOIN crm.import_run AS r USING (import_id)
 WHERE e.severity = 'warning' ORDER BY r.started_at, e.line, e.column_name;

\echo
\echo '*** The failed rows of cinnox.csv as a file, corrected with sed, and imported again with nothing but \\copy'
\o cinnox-errors.csv
SELECT * FROM crm.error_file(:'run_cinnox');
\o
\pset tuples_only off
\pset format aligned
\! sed -e 's/^Marta,,/Marta,Romero,/' -e 's,13/12/1980,12/13/1980,' -e 's/,Friend,/,Other,/' -e "s/,'*85261234567,/,+85261234567,/" cinnox-errors.csv > cinnox-corrected.csv
\copy crm.csv_cinnox from 'cinnox-corrected.csv' with (format csv, header)

\echo
\echo '*** genesys.csv once more: contacts are matched by their ID; only the one that stands in it twice is written again'
SELECT import_id AS run_again
  FROM crm.import_csv(decode(:'content', 'base64'), file_name => 'genesys.csv') \gset
SELECT coalesce(file_name, '\copy') AS file_name, format, records, inserted, updated, unchanged, failed, blank, warnings
  FROM crm.import_run ORDER BY started_at OFFSET 4;

\echo
\echo '*** Numbers are values: a prefix search, however they were written in the file'
SELECT concat_ws(' ', c.first_name, c.last_name) AS name, p.label, contacts.phone_format(p.number) AS number,
       contacts.phone_region(p.number) AS region, contacts.phone_type(p.number) AS type
  FROM crm.contact AS c JOIN crm.contact_phone AS p USING (contact_id)
 WHERE p.number ^@ '+44' OR p.number ^@ '+39' ORDER BY p.number;

\echo
\echo '*** The contact report in the columns of 8x8, written by \\copy; its first lines'
\copy (SELECT * FROM crm.csv_8x8) to 'report.csv' with (format csv, header)
\! head -n 6 report.csv

RESET ROLE;
