-- Import profiles: mappings of one's own.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_import;
SELECT contacts.create_directory('crm', 'regress_import') IS NULL AS failed;
SET ROLE regress_import;
SET search_path = crm;
SET client_min_messages = warning;
CREATE FUNCTION file(VARIADIC lines text[]) RETURNS bytea LANGUAGE sql AS
$$ SELECT convert_to(array_to_string(lines, E'\n') || E'\n', 'UTF8') $$;
CREATE TEMP VIEW faults AS
  SELECT e.record, e.severity, e.code, e.column_name, e.target, e.message
    FROM import_error e WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1)
   ORDER BY e.ordinal;
CREATE TEMP VIEW glance AS
  SELECT c.source, c.external_id, c.visibility, c.first_name, c.last_name, c.nickname, c.contact_type AS type, c.language AS lang, c.custom,
         (SELECT string_agg(p.label || ' ' || coalesce(p.number::text, p.entered), ', ' ORDER BY p.position) FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT string_agg(p.label || ' ' || p.address::text, ', ' ORDER BY p.position) FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails
    FROM contact c ORDER BY c.contact_id;

-- Headers in any case, with labels and fields of their own; the base format's limits and rules hold.
INSERT INTO import_profile (name, format, source, columns, defaults, options) VALUES ('my-crm', 'genesys', 'my-crm',
  '{"Key": "contact_id", "Vorname": "first_name", "Nachname": {"field": "last_name"}, "Natel": {"field": "phone", "label": "mobile"},
    "Büro": {"field": "phone", "label": "work"}, "Mail": {"field": "email", "label": "private"}, "Kategorie": {"field": "custom", "label": "category"},
    "Firma": null, "Rufname": "nickname"}',
  '{"contact_type": "Lead", "language": "German", "custom.campaign": "spring"}',
  '{"default_region": "CH", "visibility": "restricted", "empty_cells": "clear"}');
SELECT format, records, inserted, failed, options FROM import_csv(file('Key,Vorname,NACHNAME,Natel,Büro,Mail,Kategorie,Firma,Rufname,Region',
  'k1,Ann,Archer,079 123 45 67,044 668 18 01,ann@x.example,A,Acme,Annie,West', 'k2,Ben,Baker,,,,,,,'), format => 'my-crm');
TABLE glance;
TABLE faults;
-- Again: nothing changes; defaults are for new contacts.
UPDATE contact SET language = 'fr', custom = custom || '{"campaign": "autumn"}' WHERE external_id = 'k2';
SELECT unchanged, updated FROM import_csv(file('Key,Vorname,Nachname,Natel,Büro,Mail,Kategorie,Firma,Rufname,Region',
  'k1,Ann,Archer,079 123 45 67,044 668 18 01,ann@x.example,A,Acme,Annie,West', 'k2,Ben,Baker,,,,,,,'), format => 'my-crm');
-- The caller's options count before the profile's; other headers of the base format are known too.
SELECT inserted, options FROM import_csv(file('Key,Contact First Name,Nachname,Natel', 'k3,Cem,Can,(317) 555-0123'), format => 'my-crm', default_region => 'US', visibility => 'company');
SELECT * FROM glance WHERE external_id = 'k3';
-- Required columns of the base format have other names or defaults; what is missing is told.
SELECT * FROM import_csv(file('Key,Vorname', 'k4,Dee'), format => 'my-crm');
UPDATE import_profile SET defaults = defaults || '{"last_name": "unknown"}' WHERE name = 'my-crm';
SELECT inserted FROM import_csv(file('Key,Vorname', 'k4,Dee'), format => 'my-crm');
SELECT first_name, last_name FROM contact WHERE external_id = 'k4';
-- By e-mail, from a format that has no IDs.
INSERT INTO import_profile (name, format, columns, options) VALUES ('news', 'cinnox', '{"Abo": {"field": "custom", "label": "subscription"}, "Adresse": {"field": "email", "label": "work"}, "Name": "last_name"}',
  '{"match_by": ["email"], "mode": "upsert", "on_duplicate": "update", "date_order": "dmy", "max_errors": 10, "strict": false}');
SELECT inserted, updated, failed FROM import_csv(file('Name,Adresse,Abo', 'Eve,eve@x.example,yes', 'Eve,EVE@x.example,no', 'Fay,no mail,'), format => 'news');
TABLE faults;
SELECT source, last_name, emails, custom FROM glance WHERE last_name = 'Eve';
SELECT format, options FROM import_run ORDER BY import_id DESC LIMIT 1;
SELECT count(*) FROM error_file();
-- The profile changed: so does the next import.
UPDATE import_profile SET columns = columns || '{"Abo": null}' WHERE name = 'news';
SELECT updated, unchanged FROM import_csv(file('Name,Adresse,Abo', 'Eve,EVE@x.example,again'), format => 'news');
-- There is no such profile.
SELECT * FROM import_csv(file('Name', 'X'), format => 'old');

-- What cannot be is refused when it is written, and named.
CREATE FUNCTION try(profile jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
  INSERT INTO import_profile (name, format, source, columns, defaults, options)
  SELECT coalesce(r.name, 'p'), coalesce(r.format, 'cinnox'), r.source, coalesce(r.columns, '{}'), coalesce(r.defaults, '{}'), coalesce(r.options, '{}')
    FROM jsonb_to_record(profile) AS r(name text, format text, source text, columns jsonb, defaults jsonb, options jsonb);
  DELETE FROM import_profile WHERE name = coalesce(profile ->> 'name', 'p');
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN concat_ws(' | ', SQLSTATE, SQLERRM, left(detail, 60));
END $$;
SELECT profile, try(profile) FROM (VALUES ('{}'::jsonb), ('{"name": "8x8"}'), ('{"name": "auto"}'), ('{"format": "none"}'),
  ('{"columns": {"A": "firstname"}}'), ('{"columns": {"A": ""}}'), ('{"columns": {"": "first_name"}}'), ('{"columns": {"a|b": "first_name"}}'), ('{"columns": {"A": ["first_name"]}}'),
  ('{"columns": {"A": {"label": "x"}}}'), ('{"columns": {"A": {"field": "phone", "kind": "x"}}}'), ('{"columns": {"A": {"field": "first_name", "label": "x"}}}'),
  ('{"columns": {"A": {"field": "phone", "label": "Mobile"}}}'), ('{"columns": {"A": {"field": "phone", "label": "satellite"}}}'), ('{"columns": {"A": "social"}}'), ('{"columns": {"A": "phone", "B": "custom"}}'),
  ('{"columns": ["A"]}'), ('{"defaults": {"first_name": ""}}'), ('{"defaults": {"phone": "1"}}'), ('{"defaults": {"contact_type": "friend"}}'), ('{"defaults": {"birth_date": "31/12/1980"}}'), ('{"defaults": {"first_name": {"a": 1}}}'),
  ('{"defaults": {"custom.": "x"}}'), ('{"options": {"mode": "replace"}}'), ('{"options": {"moode": "insert"}}'), ('{"options": {"dry_run": true}}'), ('{"options": {"match_by": ["email", "fax"]}}'),
  ('{"options": {"strict": "maybe"}}'), ('{"options": {"default_region": "XX"}}'), ('{"options": {"owner": {"a": 1}}}'), ('{"options": {"mode": null, "delimiter": ";"}}')) AS p(profile);
SELECT contacts.check_import_profile('[]');
SELECT contacts.check_import_profile(NULL) IS NULL AS null_is_null;

RESET ROLE;
DROP SCHEMA crm CASCADE;
DROP ROLE regress_import;
